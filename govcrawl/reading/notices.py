"""What a home page says about its own site: that it is closed, has moved, has another domain, or is out of service for a while.

Only a sentence with the site itself as its subject counts: a portal also reports that other sites were closed, and is
where they move to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from govcrawl.facts import NoticeFacts, NoticeKind
from govcrawl.reading.document import Document
from govcrawl.reading.urls import same_site

#: A sentence without one of these says nothing of the kind.
_WORDS: Final = (
    "关停",
    "关闭",
    "停止",
    "迁移",
    "迁至",
    "下线",
    "整合至",
    "整合到",
    "不再更新",
    "域名",
    "新网址",
    "停用",
    "暂停",
)
_KINDS: tuple[tuple[NoticeKind, re.Pattern[str]], ...] = (
    ("moved", re.compile(r"迁移|迁[至到]|整合[至到]|并入|新网址")),
    ("domain", re.compile(r"域名.{0,40}(?:变更|更改|更换|调整|启用|停用|切换|改为|迁移)|(?:变更|更换|启用|更改|调整).{0,20}域名|新域名")),
    ("paused", re.compile(r"暂停|(?:临时|暂时)(?:性)?的?(?:关闭|关停|下线|停止|停用)|(?:升级|改版|维护|改造)期间")),
    ("closed", re.compile(
        r"关停|永久(?:性)?(?:下线|关闭)|停止(?:运行|服务|使用|访问|更新|维护|运营)|不再更新|停用|(?:予以|正式|网站)(?:关闭|下线)|将.{0,20}(?:关闭|下线)"
    )),
)  # fmt: skip
_OWN: Final = r"(?<![至到入由和与])(?:本(?:政府|政务|门户|官方)?(?:网)?站|我[局县市区州省委厅办镇乡院处](?:政府|政务|门户|官方|公众)*网站)"
#: A heading that needs no subject: no other site would hang it on its home page.
_HEADING: Final = re.compile(
    r"^(?:关于)?(?:网站|门户网站|政府网站)?(?:整合)?"
    r"(?:迁移|关停|关闭|(?:永久)?下线|关停迁移|迁移关停|域名变更|域名更换|域名调整|变更域名|更换域名|启用新域名|停止更新|停止服务)的?(?:公告|通告|通知|声明|说明)$"
)
#: Part of a site, something else, or a mere possibility.
_NOT_THE_SITE: Final = re.compile(
    r"栏目|频道|专栏|专题|[版板]块|微博|微信|公众号|客户端|APP|邮箱|系统|平台.{0,4}账号|浏览器|IE\d|如[果因需遇]|若|可能|有权|保留|擅自|未经|办法|规定|条例",
    re.I,
)
_SITE_WORDS: Final = re.compile(r"(?:门户|政府|政务|公众|信息|官方)*网(?:站)?(?:首页)?$|^(?:欢迎访问|中国[·.])|首页$")
_ADDRESS: Final = r"(?:https?://)?(?:[\w-]{1,40}\.){1,5}(?:cn|com|net|org|政务)(?![\w.-])(?:/[\w./?=&%-]{0,100})?"
_TOWARDS: Final = re.compile(
    rf"(?:[为至到入]|新域名|新网址|新地址|启用|访问|登[录陆])[^a-zA-Z]{{0,30}}({_ADDRESS})", re.A | re.I
)
_ENDS: Final = "\n。！；"
MAX_NOTICE: Final = 300  #: characters


def read(doc: Document) -> tuple[NoticeFacts, ...]:
    """The notices of a page, one of a kind, in reading order; also what a script shows in a message box."""
    found: dict[NoticeKind, NoticeFacts] = {}
    for text in (doc.words, *_alerts(doc)):
        if any(word in text for word in _WORDS):
            own = _subject(doc)
            for sentence, after in _sentences(text):
                kind = _kind(sentence, own)
                if kind and (kind not in found or _HEADING.match(found[kind].text)):
                    found[kind] = NoticeFacts(kind, sentence, _target(doc, sentence + after))
    return tuple(found.values())


def _alerts(doc: Document) -> Iterator[str]:
    if "alert(" in doc.source:
        for script in doc.scripts.values():
            yield from re.findall(r"alert\(\s*[\"']([^\"'\n]{6,500})[\"']", script)


def _subject(doc: Document) -> re.Pattern[str]:
    """本网站, 我局网站, or the site's own name by the page's title; not where another site moves to it."""
    parts = [_SITE_WORDS.sub("", part.strip()) for part in re.split(r"[-_—|–]+", doc.title[:MAX_NOTICE])]
    # 某县政府网站 says the same as 某县人民政府网站
    parts += [f"{part[: part.rindex('人民')]}政府" for part in parts if part.endswith(("人民", "人民政府"))]
    names = "|".join(re.escape(part) for part in parts if 4 <= len(part) <= 30)
    named = rf"|(?<![至到入由和与])(?:{names})(?:门户|政府|政务|公众|官方)*网站?" if names else ""
    return re.compile(_OWN + named)


def _sentences(text: str) -> Iterator[tuple[str, str]]:
    """Each sentence with one of the words, and what follows it; a sentence ends with its line."""
    at = 0
    places = sorted(k for word in _WORDS if (k := text.find(word)) >= 0)
    while places:
        k = places[0]
        start = max(text.rfind(end, at, k) for end in _ENDS) + 1
        stop = min((e for end in _ENDS if (e := text.find(end, k)) >= 0), default=len(text))
        if stop - start <= MAX_NOTICE:
            yield " ".join(text[max(start, at) : stop].split()), text[stop : stop + 100]
        at = stop
        places = sorted(k for word in _WORDS if (k := text.find(word, at)) >= 0)


def _kind(sentence: str, own: re.Pattern[str]) -> NoticeKind | None:
    if _NOT_THE_SITE.search(sentence) or not (own.search(sentence) or _HEADING.match(sentence)):
        return None
    return next((kind for kind, says in _KINDS if says.search(sentence)), None)


def _target(doc: Document, words: str) -> str:
    """The address that the notice leads to: as written, else of a link in it that leads to another host; "" if none."""
    if m := _TOWARDS.search(words):
        return m[1] if "://" in m[1] else doc.join(f"http://{m[1]}") or ""
    links = (a.url for a in doc.anchors if a.url and len(a.text) > 1 and a.text in words)
    return next((url for url in links if not same_site(url, doc.url)), "")
