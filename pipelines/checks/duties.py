"""What a page shows of that which a site has to publish.  No fault, and no pack has a rule for it: the tables alone tell of it.

annual_report   政府网站工作（监管）年度报表, by the words of a link or of the page: year, url, file (only to download)
request_form, request_chart   申请表 and 流程图 of 依申请公开: url
policy          an article that is a policy by its title: title, to (links that are called 解读)
explanation     an article that explains one: title, to (links that are called as policies are)
linked          links of the home page that are no entries, as pictures that lead to a topic: [url, words]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from govcrawl.facts import Link
from pipelines.checks import Look, Sighting

NAME = "duties"
INDICATORS = ("annual_report", "request_form", "request_chart", "policy", "explanation", "linked")

MAX_LINKS: Final = 10
MAX_ON_HOME: Final = 200
MAX_TITLE: Final = 150  #: characters; what is longer is no title, nor the words of a link to one
_REPORT: Final = re.compile(r"政府网站.{0,12}(?:年度?.{0,8}报表|报表)|网站.{0,12}年度(?:工作|监管)?报表")
_YEAR: Final = re.compile(r"(?<!\d)20\d\d(?!\d)")
_FILE: Final = re.compile(r"\.(?:docx?|xlsx?|pdf|wps|et|rar|zip)(?:$|\?)", re.I)
_FORM: Final = re.compile(r"申请表")
_CHART: Final = re.compile(r"流程图?")
_OPEN: Final = re.compile(r"依申请公开|信息公开申请")
_EXPLAINS: Final = re.compile(r"解读|一图(?:读懂|看懂|了解)|图解|图说|起草说明|政策问答")
_POLICY: Final = re.compile(
    r"印发.{4,80}的?通知$|(?:管理|实施|暂行|试行|若干)\S{0,4}(?:办法|规定|细则|意见|措施)(?:[（(][^）)]*[）)])?$"
    r"|关于(?!召开|举办|开展|做好|报送|转发|征求|公开征求|公布|批转|同意)\S{4,60}(?:的?(?:实施|指导|若干)?意见|的?若干措施|的?规定|的?办法)(?:[（(][^）)]*[）)])?$"
)


def look(page: Look) -> Iterator[Sighting]:
    if page.task.role in ("as_engine", "script", "fragment"):
        return
    yield from _reports(page)
    yield from _requests(page)
    if page.task.role == "home":
        yield from _on_home(page)
    elif page.facts.article:
        yield from _policies(page)


def _reports(page: Look) -> Iterator[Sighting]:
    article = page.facts.article
    if article and _REPORT.search(article.title) and (year := _YEAR.search(article.title)):
        yield _seen("annual_report", article.title, page.page.url, year=int(year[0]), file=False)
    for link in page.facts.links:
        if "报表" in link.text and _REPORT.search(link.text) and (year := _YEAR.search(link.text)):
            yield _seen("annual_report", link.text, link.url, year=int(year[0]), file=bool(_FILE.search(link.url)))


def _requests(page: Look) -> Iterator[Sighting]:
    column = page.facts.column.name if page.facts.column else ""
    here = bool(_OPEN.search(f"{column} {page.facts.title} {page.task.text}"))
    for link in page.facts.links:
        about = here or ("公开" in link.text and _OPEN.search(link.text))
        if about and "申请表" in link.text and _FORM.search(link.text):
            yield _seen("request_form", link.text, link.url)
        elif about and "流程" in link.text and _CHART.search(link.text):
            yield _seen("request_chart", link.text, link.url)


def _policies(page: Look) -> Iterator[Sighting]:
    article = page.facts.article
    title = article.title.strip() if article else ""
    if _EXPLAINS.search(title):
        yield _article("explanation", page, title, lambda link: _is_policy(link.text) or "《" in link.text)
    elif _is_policy(title):
        yield _article("policy", page, title, lambda link: bool(_EXPLAINS.search(link.text)))


def _is_policy(title: str) -> bool:
    return len(title) <= MAX_TITLE and bool(_POLICY.search(title))


def _article(indicator: str, page: Look, title: str, leads: Callable[[Link], bool]) -> Sighting:
    to = [link.url for link in page.facts.links if link.text and leads(link)]
    return Sighting(indicator, title, {"title": title, "to": to[:MAX_LINKS]}, page.page.url)


def _on_home(page: Look) -> Iterator[Sighting]:
    home = page.facts.home
    entries = {item.url for item in home.items} if home else set()
    rest = [[link.url, link.text] for link in page.facts.links if _may_lead(link) and link.url not in entries]
    if rest:
        yield Sighting("linked", "", {"links": rest[:MAX_ON_HOME]}, page.page.url)


def _may_lead(link: Link) -> bool:
    return link.tag in ("a", "area") and not link.hidden and len(link.text) >= 4


def _seen(indicator: str, words: str, url: str, **more: object) -> Sighting:
    return Sighting(indicator, words[:100], {"url": url, **more}, f"{url} {more.get('year', '')}")
