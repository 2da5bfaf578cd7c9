"""Identity marks of a government site: 标识码, ICP, 公安备案, 党政机关 badge, 找错 entry, 主办单位."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from unicodedata import normalize

from govcrawl.facts import FooterFacts
from govcrawl.reading.document import Document
from govcrawl.reading.drawn import FOOT, foot_is_drawn, page_is_drawn
from govcrawl.reading.regions import Regions

_CODE: Final = r"(bm\d{8}|\d{12}|\d{10})(?!\d)"
#: Of a site, not of an item, a device or goods; a sign, or 号, 为, may stand between.
_CALLED: Final = r"(?<![项备品目])标\s?识\s?(?:码|编\s?码|代\s?码)\s?(?:编?号|为|是)?\s*[:：;；,，|｜（(【[·—-]?\s*"
_SITE_CODE: Final = re.compile(rf"{_CALLED}{_CODE}", re.I)
_ODD_CODE: Final = re.compile(rf"{_CALLED}(bm\d{{5,10}}|\d{{7,13}})(?!\d)", re.I)  # a digit too few, or too many
_ICP: Final = re.compile(
    r"[\u4e00-\u9fff]\s?I\s?[CP]\s?[CP]\s?备?\s?[案字]?\s?第?\s*[:：]?\s*(?:案\s*)?\d{6,10}\s*号?(?:\s?[-－—]\s?\d{1,3})?"
    r"|I[CP][CP]\s?备案\s?[序编]?号?\s?[:：]?\s?[\u4e00-\u9fff]?\s?\d{6,10}\s?号?",
    re.I,
)
_POLICE: Final = re.compile(
    r"(?:公\s*(?:[\u4e00-\u9fff]?\s*网\s*安\s*)?(?:安\s*[部厅局]?\s*(?:联?\s*网)?\s*)?(?:机关\s*)?(?:互联网站?\s*)?|网\s?安\s?)"
    r"备\s*(?:案)?\s*(?:编?号)?\s*[:：]?\s*第?\s*(\d{11,14})(?!\d)"
)
_POLICE_LINK: Final = re.compile(
    r"recordcode=(\d{11,14})(?!\d)|beian\.mps\.gov\.cn/[^\s\"']{0,60}?code=(\d{11,14})(?!\d)", re.I
)
_BADGE: Final = re.compile(
    r"bszs\.conac\.cn/sitename\?[^\"'\s]{0,200}?\bid=([0-9A-F]{32})|dcs\.conac\.cn/[^\"'\s]{0,200}?/(CA\d+)\.js", re.I
)
_REPORT_CODE: Final = re.compile(rf"(?:site_?code\s*=\s*[\"']?|Link\(\s*[\"']){_CODE}", re.I)
_REPORT: Final = re.compile(r"jiucuo|exposure|zfwzgl\.www\.gov\.cn|pucha\.kaipuyun", re.I)
_BADGE_PICTURE: Final = re.compile(r"党政机关|事业单位.{0,4}标[识志]|conac|bszs\.", re.I)
_NUMBERED: Final = ("标识", "识 码", "备", "ICP", "icp", "Icp")
_GAP: Final = re.compile(r"(?<=\d)[^\S\n](?=\d)")
_NAME: Final = r"[\u4e00-\u9fff（）()·“”]{4,40}"
#: After its label a name may be short (教育局) and hold digits or letters.
_LABELLED: Final = r"[\u4e00-\u9fff（）()·“”A-Za-z0-9]{2,40}"
_ORGANISER: Final = re.compile(
    rf"主\s*办\s*(?:单\s*位|方|机\s*关)?\s*(?:[/、和及]\s*[承协]\s*办\s*(?:单\s*位|方)?|[（(][^）)\n]{{1,10}}[）)])?\s*[:：|｜]\s*({_LABELLED})"
    rf"|(?<![\u4e00-\u9fff])主(?:\s*办(?:\s*单\s*位|方|(?=\n))|\s办)\s+(?!\S{{0,4}}[:：])({_NAME})"
)
_ORGANISER_FIRST: Final = re.compile(rf"(?:^|[\s|©：:])({_NAME}) ?主办(?:$|[\s|，,])", re.M)
_ORGANISER_END: Final = re.compile(r"(?:版权所有|承办|协办|地址|维护|技术支持|网站标识码|备案|联系电话|电话|邮编).*")
_IN_ATTRIBUTES: Final = (
    "conac.cn", "recordcode=", "jiucuo", "exposure", "zfwzgl.www.gov.cn", "pucha.kaipuyun", "sitecode", "site_code", "link(",
    "beian.mps.gov.cn",
)  # fmt: skip
_MARKED_ATTRIBUTES: Final = frozenset(("href", "src", "sitecode", "onclick"))


def read(doc: Document, regions: Regions) -> FooterFacts:
    """The marks found in the text, the attributes and the scripts of the page; of the organiser, only in the footer."""
    text = _windows("\n".join((doc.words, *_said_by_pictures(doc))))
    plain = normalize("NFKC", text)  # full-width figures and letters as usual ones
    marked = _marked(doc)
    attributes = "\n".join(marked)
    scripts = "\n".join(s for s in doc.scripts.values() if "conac" in s or "jiucuo" in s)
    codes = _codes(plain)
    found = FooterFacts(
        site_code=codes[-1] if codes else _meta_code(doc) or _either(_ODD_CODE, plain),
        icp=_icp(text) or _icp(plain),
        police=_either(_POLICE, plain) or _first(_POLICE_LINK, attributes),
        party_badge=_first(_BADGE, attributes) or _first(_BADGE, scripts) or _badge_picture(doc),
        error_report=_error_report(doc, marked, scripts),
        organiser=_organiser(_lines(doc, regions.footer))
        or ("" if regions.main else _organiser(_lines(doc, 0)[-1500:])),
        others=codes[:-1],
    )
    shown = found.icp or found.police or found.organiser or codes
    drawn = not shown and (
        foot_is_drawn(doc) or (found == FooterFacts() and (page_is_drawn(doc) or foot_is_a_picture(doc)))
    )
    return replace(found, drawn=True) if drawn else found


def _said_by_pictures(doc: Document) -> Iterator[str]:
    return (alt for i in doc.all("img", "area") if (alt := doc.attr(i, "alt") or doc.attr(i, "title")))


def foot_is_a_picture(doc: Document) -> bool:
    """Whether a picture that calls itself a footer, or lies alone in one, may bear the marks."""
    return any(FOOT.search(doc.attr(i, "src").rpartition("/")[2]) or _alone_in_foot(doc, i) for i in doc.all("img"))


def _alone_in_foot(doc: Document, i: int) -> bool:
    foot = next((k for k in doc.above(i, 3) if FOOT.search(doc.hint(k).partition(" ")[2])), 0)
    return bool(foot) and not doc.chars(foot, doc.end[foot])


def _windows(text: str) -> str:
    """Only the surroundings of words that go with a number: most of a page has none."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(
        (max(0, at - 30), at + len(word) + 60) for word in _NUMBERED for at in _places(text, word)
    ):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return "\n\n".join(text[start:end] for start, end in found)


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _marked(doc: Document) -> list[str]:
    """Links, sources and click handlers that carry a mark."""
    clickable = ("span", "div", "td", "input") if "Link(" in doc.source else ()
    found = [
        f"{name}={value}"
        for i in doc.all("a", "area", "img", "script", "iframe", *clickable)
        for name, value in doc.attrs[i].items()
        if value and name in _MARKED_ATTRIBUTES
    ]
    lower = [line.lower() for line in found]
    together = "\n".join(lower)
    marks = [mark for mark in _IN_ATTRIBUTES if mark in together]
    return [found[k] for k in sorted({k for mark in marks for k, line in enumerate(lower) if mark in line})]


def _first(pattern: re.Pattern[str], text: str) -> str:
    m = pattern.search(text)
    return next((g for g in m.groups() if g), "") if m else ""


def _either(pattern: re.Pattern[str], text: str) -> str:
    """A number, also one written in groups: ``53 0000 0006``."""
    return _first(pattern, text) or _first(pattern, _GAP.sub("", text))


def _codes(text: str) -> tuple[str, ...]:
    """Each once, that of the foot last: a page may tell of other sites."""
    found = _SITE_CODE.findall(text) or _SITE_CODE.findall(_GAP.sub("", text))
    return tuple(reversed(dict.fromkeys(reversed(found))))


def _badge_picture(doc: Document) -> str:
    """A badge that leads nowhere is a badge all the same: the words, or the address, of its picture or link."""
    if not any(word in doc.source for word in ("conac", "CONAC", "bszs.", "党政机关", "事业单位")):
        return ""
    pictures = (doc.attr(i, name) for i in doc.all("img", "area") for name in ("alt", "title", "src"))
    links = (a.url for a in doc.anchors if a.url and "bszs.conac.cn" in a.url)
    return next((said for said in (*pictures, *links) if said and _BADGE_PICTURE.search(said)), "")[:200]


def _icp(text: str) -> str:
    m = _ICP.search(text)
    return m[0].strip() if m else ""


def _meta_code(doc: Document) -> str:
    m = re.fullmatch(_CODE, doc.metas.get("siteidcode", ""), re.I)
    return m[1] if m else ""


def _error_report(doc: Document, marked: list[str], scripts: str) -> str:
    """The site's code in the 找错 entry; its address where it carries none."""
    for line in marked:
        if (_REPORT.search(line) or line.startswith(("sitecode=", "onclick=Link"))) and (
            code := _first(_REPORT_CODE, line)
        ):
            return code
    if _REPORT.search(scripts) and (code := _first(_REPORT_CODE, scripts)):
        return code
    for a in doc.anchors:
        if a.url and ("找错" in a.words or (marked and _REPORT.search(a.href))):
            return a.url
    return next((line[len("src=") :] for line in marked if line.startswith("src=") and "jiucuo" in line.lower()), "")


def _lines(doc: Document, start: int) -> str:
    """One line per text: a name ends where its element ends."""
    return "\n".join(doc.texts[i].strip() for i in doc.texts_in(start, len(doc.tags)))


def _organiser(text: str) -> str:
    m = _ORGANISER.search(text) or _ORGANISER_FIRST.search(text)
    name = next((g for g in m.groups() if g), "") if m else ""
    return _ORGANISER_END.sub("", name).strip("（(· ")
