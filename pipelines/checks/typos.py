"""错字漏字: wrong characters in what a page says.

Looks at the visible text, sentence by sentence; one in which this process has found nothing is not looked at again on every page that
repeats it.  Yields ``serious_error`` for names of the state, the Party, their offices and thought, else ``typo``:

    certain     by the lists beside ``_typos/certain.py`` and the titles of ``_typos/titles.py``; confidence 1
    suspected   by ``_typos/suspected.py``, where ``SUSPECT_TYPOS`` is set; confidence below 1, and never serious

Nothing is said of a word that the text speaks about instead of using it (应为“案例”，误写为“案列”), nor, on suspicion, of the short
pieces that names of persons and places are, of names before 同志, and of newer words (``_typos/terms.txt``).
Clause: 国办发〔2015〕15号 严重错别字; 云府办明电〔2018〕33号 错字漏字.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

from govcrawl import settings
from pipelines.checks import MAX_SIGHTINGS, Look, Sighting
from pipelines.checks._typos.model import LIKELY, SUSPECTED, load

NAME = "typos"
INDICATORS = ("typo", "serious_error")
__all__ = ["INDICATORS", "LIKELY", "NAME", "SUSPECTED", "Fault", "faults", "forget", "look", "prepare"]

MAX_TEXT = 200_000  #: characters of one page; what follows is not looked at
BLOCK = 10_000  #: characters looked at together; a longer sentence is cut
LONGEST = 120  #: characters of the sentence that is shown
NEAR = 40  #: characters on either side in which the text may say that it speaks of the word
BESIDE = 2  #: characters on either side that belong to a term a person may allow
NAME_LENGTH = 4  #: characters: a piece of Chinese no longer than that may be a name
REMEMBERED = 20_000  #: sentences without a fault

_SENTENCE = re.compile(rf"[^。！？；\n]{{1,{BLOCK - 1}}}[。！？；]?")
_HAN, _NOT_HAN = re.compile(r"[一-龥]"), re.compile(r"[^一-龥]")
_PERSON = re.compile(r"[一-龥]{0,2}(?:同志|先生|女士)")  #: after a character of a name
_BEYOND = re.compile("[\ud800-\udfff\U00010000-\U0010ffff]")
_SPOKEN_OF = re.compile(
    r"错别字|错字|误写|误作|写成|写作|应为|应作|不是|而非|异体|通假|方言|俗称|又称|谐音|更正|勘误|改为|修改为|读作|读音"
)
_OPEN_QUOTE = re.compile(r"[“‘「『\"《][^”’」』\"》]{0,12}$")
_CLOSING_QUOTE = re.compile(r"[^“‘「『\"《]{0,12}[”’」』\"》]")
_faultless: OrderedDict[bytes, None] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Fault:
    start: int
    end: int
    right: str
    confidence: float
    serious: bool = False


def prepare() -> None:
    load()


def look(page: Look) -> Iterator[Sighting]:
    text = _BEYOND.sub("\u3000", page.facts.text[:MAX_TEXT])
    for sentences in _blocks(text):
        joined, at = "\n".join(sentence for _, sentence in sentences), 0
        found = sorted(faults(joined, second_look=settings.SUSPECT_TYPOS), key=lambda f: f.start)
        starts = [f.start for f in found]
        for start, sentence in sentences:
            first, end = bisect_left(starts, at), bisect_left(starts, at + len(sentence))
            own = found[first : min(end, first + MAX_SIGHTINGS)]
            said = [s for f in own if (s := _sighting(sentence, start, at, f))]
            yield from said
            if not said:
                _remember(sentence)
            at += len(sentence) + 1


def _blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    """Sentences with Chinese in them that aren't known to be faultless, and where they begin."""
    block: list[tuple[int, str]] = []
    length = 0
    for found in _SENTENCE.finditer(text):
        if not _HAN.search(found[0]) or _digest(found[0]) in _faultless:
            continue
        if length + len(found[0]) > BLOCK and block:
            yield block
            block, length = [], 0
        block.append((found.start(), found[0]))
        length += len(found[0]) + 1
    if block:
        yield block


def _digest(sentence: str) -> bytes:
    return blake2b(sentence.encode("utf-8", "surrogatepass"), digest_size=12).digest()


def _remember(sentence: str) -> None:
    _faultless[_digest(sentence)] = None
    if len(_faultless) > REMEMBERED:
        _faultless.popitem(last=False)


def forget() -> None:
    """The sentences that this process knows."""
    _faultless.clear()


def faults(text: str, *, second_look: bool = True) -> Iterator[Fault]:
    """In a block of text.  What is certain wins over what is suspected at the same place."""
    model = load()
    taken: set[int] = set()
    for hit in (*model.titles.find(text), *model.certain.find(text)):
        if hit.start in taken:
            continue
        taken.update(range(hit.start, hit.end))
        yield Fault(hit.start, hit.end, hit.entry.right, 1.0, hit.entry.serious)
    for suspect in model.suspects(text) if second_look else ():
        if suspect.at not in taken and not _may_be_name(text, suspect.at):
            yield Fault(suspect.at, suspect.at + 1, suspect.right, suspect.probability)


def _may_be_name(text: str, at: int) -> bool:
    if _PERSON.match(text, at + 1):
        return True
    window = text[max(0, at - NAME_LENGTH) : at + NAME_LENGTH + 1]
    middle = at - max(0, at - NAME_LENGTH)
    before = list(_NOT_HAN.finditer(window, 0, middle))
    after = _NOT_HAN.search(window, middle)
    begin, end = before[-1].end() if before else 0, after.start() if after else len(window)
    bounded = (bool(before) or at <= NAME_LENGTH) and (after is not None or at + NAME_LENGTH >= len(text))
    return bounded and end - begin <= NAME_LENGTH


def _sighting(sentence: str, start: int, at: int, fault: Fault) -> Sighting | None:
    """``start``: of the sentence in the page's text; ``at``: in the text that was looked at."""
    begin, end = fault.start - at, fault.end - at
    if _is_spoken_of(sentence, begin, end, fault.right):
        return None
    wrong, right, widened = sentence[begin:end], fault.right, (begin, end)
    if len(wrong) == 1:  # a single character tells nobody anything
        widened = _with_neighbours(sentence, begin)
        wrong = sentence[slice(*widened)]
        right = sentence[widened[0] : begin] + fault.right + sentence[end : widened[1]]
    term = sentence[max(0, begin - BESIDE) : end + BESIDE].strip()
    shown = sentence[max(0, begin - LONGEST // 2) : begin + LONGEST // 2].strip()
    detail = {"wrong": wrong, "right": right, "term": term, "confidence": round(fault.confidence, 3)}
    indicator = "serious_error" if fault.serious else "typo"
    return Sighting(indicator, shown, detail, f"{wrong}→{right} {shown}", (start + widened[0], start + widened[1]))


def _with_neighbours(sentence: str, at: int) -> tuple[int, int]:
    """The character and the Chinese ones beside it."""
    begin = at - 1 if at and _HAN.match(sentence[at - 1]) else at
    return begin, at + 2 if _HAN.match(sentence[at + 1 : at + 2]) else at + 1


def _is_spoken_of(sentence: str, begin: int, end: int, right: str) -> bool:
    before, after = sentence[max(0, begin - NEAR) : begin], sentence[end : end + NEAR]
    if not (_SPOKEN_OF.search(before) or _SPOKEN_OF.search(after)):
        return False
    quoted = _OPEN_QUOTE.search(before[-16:]) and _CLOSING_QUOTE.match(after)
    return bool(quoted) or (len(right) > 1 and right in before + "\n" + after)
