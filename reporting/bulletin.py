"""The bulletin (通报) as a value, from which every format is rendered.

Its layout follows GB/T 9704-2012 and the bulletins of 2017-2021: title, addressees, basis, 一、总体情况, 二、存在问题,
三、下一步工作要求, list of annexes, signature, annexes.  Every figure of the prose is one of 附件1, or counts findings.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from . import accounts, changes, forms, messages, months, unmended
from .annexes import annexes, reconcile
from .offered import KNOWN, offered
from .parts import Annex, Paragraph, Section
from .snapshot import SiteResult, Snapshot
from .tables import Count, Table, base_title, causes, counts, total
from .text import day, enumerate_names, numeral, quoted
from .wording import COVERED_BY, WORDING, wording

_CENSUS = "《国务院办公厅关于开展第一次全国政府网站普查的通知》（国办发〔2015〕15号）"
_GUIDE = "《国务院办公厅关于印发政府网站发展指引的通知》（国办发〔2017〕47号）"
_INDICATORS = (
    "《国务院办公厅秘书局关于印发政府网站与政务新媒体检查指标、监管工作年度考核指标的通知》（国办秘函〔2019〕19号）"
)
#: Published 2017-06-08; a campaign that ended earlier can't rest on it.
_GUIDE_SINCE = date(2017, 6, 8)
_REGION = re.compile(r"(省|自治区|自治州|市|州|盟|地区|县|区)(?:人民)?政府")
_ACTIONS = ("普查", "抽查", "检查", "监测", "复查")


@dataclass(frozen=True, slots=True)
class Bulletin:
    """``marks``: lines under the title that say what the text is not yet; ``number``, ``copies_to`` may be empty.

    ``dated`` has no month and day: 成文日期 is the day it is signed, which no program knows.
    """

    issuer: str
    number: str
    title: str
    marks: tuple[str, ...]
    addressees: str
    opening: str
    sections: tuple[Section, ...]
    annexes: tuple[Annex, ...]
    dated: str
    copies_to: str
    as_of: date
    counts: tuple[Count, ...] = ()  #: the rows of 附件1, for a chart
    remark: str = ""  #: 附注, under the date
    letter: bool = False  #: set as 信函格式 (函), not as 通报

    @property
    def attachments(self) -> tuple[str, ...]:
        """The lines after “附件：”; numbered where there are several."""
        titles = [annex.table.title for annex in self.annexes]
        return tuple(titles) if len(titles) == 1 else tuple(f"{n}. {title}" for n, title in enumerate(titles, 1))


def build(snapshot: Snapshot, tables: tuple[Table, ...] | None = None) -> Bulletin:
    """The bulletin of ``snapshot``; Irreconcilable if a figure disagrees with another.  ``tables``: where they are there already."""
    tables = annexes(snapshot) if tables is None else tables
    reconcile(snapshot, tables)
    usual = _usual(snapshot, tables)
    return _as_written(snapshot, tables, usual) if snapshot.form else usual


def _usual(snapshot: Snapshot, tables: tuple[Table, ...]) -> Bulletin:
    campaign, issuer = snapshot.campaign, snapshot.campaign.issuer
    printed = tuple(table for table in tables if table.rows and table.annex)
    labels = ("附件",) if len(printed) == 1 else tuple(f"附件{n}" for n in range(1, len(printed) + 1))
    attached = tuple(Annex(label, table) for label, table in zip(labels, printed, strict=True))
    overall = Section("一、总体情况", _numbered(iter(_overall(snapshot, tables, attached).items())))
    return Bulletin(
        issuer=issuer.name,
        number=issuer.number,
        title=full_title(campaign.title, issuer.name),
        marks=tuple(filter(None, (_draft_mark(snapshot), snapshot.partial and f"（{snapshot.partial.rstrip('。')}）"))),
        addressees=(issuer.addressees or "各有关地区、部门和单位").rstrip("：:") + "：",
        opening=_opening(snapshot),
        sections=(overall, _problems(snapshot), _demands(snapshot)),
        annexes=attached,
        dated=f"{campaign.ends.year}年\u3000月\u3000日",
        copies_to=issuer.copies_to.removeprefix("抄送：").rstrip("。"),
        as_of=campaign.ends,
        counts=counts(snapshot),
    )


def _as_written(snapshot: Snapshot, tables: tuple[Table, ...], usual: Bulletin) -> Bulletin:
    """By the issuer's own text; the marks of a draft are not the text's to leave out."""
    found = {table.key: table for table in tables}
    said = {
        "段落": _overall(snapshot, tables, ()),
        "问题": [
            {"题": heading, "文": text, "指标": indicator, "网站数": number}
            for indicator, heading, number, text in (*_grave(snapshot), *_faults(snapshot))
        ],
        "要求": usual.sections[-1].paragraphs[0].text,
        "开头": usual.opening,
        "范围": region(usual.issuer),
    }
    values = offered(snapshot, found, said, lambda indicator: _accused(snapshot, indicator))
    written = forms.write(snapshot.form, snapshot.campaign.report.template, values, found, KNOWN)
    keys = written.keys
    letter = keys.get("文种") == "函"
    return replace(
        usual,
        title=keys.get("标题") or (f"{usual.title.removesuffix('通报')}函" if letter else usual.title),
        number=keys.get("字号", usual.number),
        addressees=keys["主送"].rstrip("：:") + "：" if keys.get("主送") else usual.addressees,
        opening="",
        sections=written.sections,
        annexes=written.annexes,
        dated=keys.get("日期", usual.dated),
        copies_to=keys.get("抄送", usual.copies_to).rstrip("。"),
        remark=keys.get("附注", ""),
        letter=letter,
    )


def full_title(title: str, issuer: str) -> str:
    """``{issuer}关于{title}情况的通报``, with nothing said twice."""
    body = title.removeprefix(issuer).removeprefix("关于")
    if not body.endswith("通报"):
        body = f"{body.removesuffix('的').removesuffix('情况')}情况的通报"
    return f"{issuer}关于{body}"


def _draft_mark(snapshot: Snapshot) -> str:
    pending = sum(1 for r in snapshot.results for f in r.findings if f.review == "pending")
    left_out = "，未计入" if snapshot.campaign.report.require_review else ""
    return f"（草稿：{pending}条问题线索尚未人工复核{left_out}）" if pending and not snapshot.final else ""


def action(title: str) -> str:
    """普查, 抽查 …: what the campaign calls itself; 检查 if it doesn't."""
    return base_title(title)[-2:] if base_title(title).endswith(_ACTIONS) else "检查"


def region(issuer: str) -> str:
    """全省, 全州 …: whom the issuer speaks for."""
    found = _REGION.search(issuer)
    return f"全{found[1].removeprefix('自治')}" if found else "本地区"


def basis(pack: str, ends: date) -> str:
    """The documents a rule pack rests on, with their numbers; empty for a pack of another family."""
    if pack.startswith("2015"):
        return _CENSUS + (f"和{_GUIDE}" if ends >= _GUIDE_SINCE else "")
    return f"{_GUIDE}和{_INDICATORS}" if pack.startswith("2019") else ""


def _opening(snapshot: Snapshot) -> str:
    campaign = snapshot.campaign
    rests_on = basis(snapshot.pack, campaign.ends)
    start = f"按照{rests_on}要求" if rests_on else "按照政府网站检查有关要求"
    did = base_title(campaign.title).removeprefix(campaign.issuer.name).removeprefix("关于")
    return f"{start}，{campaign.issuer.name}组织开展了{did}。现将{action(campaign.title)}情况通报如下："


# --- 一、总体情况 --------------------------------------------------------------------------------------------------


def _overall(snapshot: Snapshot, tables: tuple[Table, ...], attached: tuple[Annex, ...]) -> dict[str, str]:
    """Heading → words; none that has nothing to tell."""
    found, labels = {table.key: table for table in tables}, {annex.table.key: annex.label for annex in attached}
    texts = {
        "检查情况": _figures(snapshot, found, labels) + months.told(snapshot),
        "整改情况": changes.told(found, labels) + unmended.told(found, labels),
        "网民留言办理情况": messages.told(snapshot, found, labels),
        "政务新媒体检查情况": accounts.told(snapshot, region(snapshot.campaign.issuer.name), found, labels),
        "人工复核情况": _reviewed(snapshot),
        "有关说明": _remarks(snapshot),
    }
    return {name: text for name, text in texts.items() if text}


def _figures(snapshot: Snapshot, found: Mapping[str, Table], labels: Mapping[str, str]) -> str:
    campaign, rows = snapshot.campaign, counts(snapshot)
    whole = total(rows)
    parts = [f"截至{day(campaign.ends)}，{region(campaign.issuer.name)}登记在册的在运行政府网站{whole.running}个。"]
    if campaign.scope.mode == "sample":
        parts.append(changes.sampled(found))
    elif whole.checked != whole.running:
        parts.append(f"本次检查{whole.checked}个，其余{whole.running - whole.checked}个未检查。")
    parts.append(_outcome(snapshot, whole))
    parts.append(_spotless(rows, whole))
    if whole.insufficient:
        where = f"（见{labels['insufficient']}）" if "insufficient" in labels else ""
        parts.append(f"另有{whole.insufficient}个网站证据不足，未判定合格与否，不计入合格率{where}。")
    return "".join(parts)


def _outcome(snapshot: Snapshot, whole: Count) -> str:
    campaign = snapshot.campaign
    if not whole.passed + whole.failed:
        return "尚无可以判定合格与否的网站。"
    found = f"共发现不合格网站{whole.failed}个" if whole.failed else "未发现不合格网站"
    return f"通过{campaign.rounds}轮监测，{found}，总体合格率{whole.rate(campaign.report)}。"


def _spotless(rows: tuple[Count, ...], whole: Count) -> str:
    names = [row.name for row in rows if row.spotless]
    if not names or whole.spotless:
        return ""
    number = f"等{len(names)}个地区（部门）" if len(names) > 1 else ""
    return f"其中，{enumerate_names(names)}{number}合格率100%。"


def _reviewed(snapshot: Snapshot) -> str:
    states = [f.review for r in snapshot.results for f in r.verdict.findings]
    if not states:
        return _over_rounds(snapshot)
    told = [f"人工复核确认{states.count('confirmed')}条"]
    if states.count("dismissed"):
        told.append(f"排除{states.count('dismissed')}条")
    if states.count("pending"):
        told.append(f"尚未复核{states.count('pending')}条")
    only = "本通报只计入经人工复核确认的线索。" if snapshot.campaign.report.require_review else ""
    return f"本次监测共发现问题线索{len(states)}条，其中{'，'.join(told)}。{only}{_over_rounds(snapshot)}"


def _over_rounds(snapshot: Snapshot) -> str:
    """What the rounds of the campaign don't agree on: named, never counted."""
    found = [f for r in snapshot.results for f in r.verdict.transient]
    mended = sum(f.gone is not None for f in found)
    told = [f"{mended}条在监测期内已消除"] if mended else []
    told += [f"{len(found) - mended}条各轮监测结果不一致"] if len(found) > mended else []
    return f"另有问题线索{'，'.join(told)}，均不计入（见问题台账）。" if told else ""


def _remarks(snapshot: Snapshot) -> str:
    unscored = {i for r in snapshot.running for i in r.verdict.unscored}
    sentences = (
        f"评判规则版本为{snapshot.pack}",
        _named(snapshot, unscored - snapshot.by_person, "指标未公布分值，只列问题、不扣分"),
        _named(snapshot, unscored & snapshot.by_person, "指标须由人检查，未列问题、未扣分"),
        *snapshot.notes,
        snapshot.partial,
    )
    return "".join(f"{sentence.rstrip('。')}。" for sentence in sentences if sentence)


def _named(snapshot: Snapshot, indicators: Collection[str], what: str) -> str:
    names = dict.fromkeys(wording(i, snapshot.words).name for i in sorted(indicators))
    return f"{enumerate_names(names)}{'等' if len(names) > 1 else ''}{what}" if names else ""


def _numbered(texts: Iterator[tuple[str, str]]) -> tuple[Paragraph, ...]:
    return tuple(Paragraph(text, f"（{numeral(n)}）{name}。") for n, (name, text) in enumerate(texts, 1))


# --- 二、存在问题 --------------------------------------------------------------------------------------------------


def _problems(snapshot: Snapshot) -> Section:
    told = (*_grave(snapshot), *_faults(snapshot))
    paragraphs = _numbered((heading, text) for _, heading, _, text in told)
    none = (Paragraph(f"本次{action(snapshot.campaign.title)}未发现应予通报的问题。"),)
    return Section("二、存在问题", paragraphs or none)


def _in_order(indicators: set[str]) -> list[str]:
    """As in WORDING; an overlay's own indicators after them."""
    return [i for i in WORDING if i in indicators] + sorted(indicators - WORDING.keys())


#: An indicator, its heading, the number of its sites, and what is told of them.
_Told = tuple[str, str, int, str]


def _grave(snapshot: Snapshot) -> Iterator[_Told]:
    """One paragraph for each indicator that failed a site."""
    failed = snapshot.of("fail")
    for indicator in _in_order({cause for r in failed for cause in causes(r)}):
        sites = [r for r in failed if indicator in causes(r)]
        count = f"因此不合格的网站{len(sites)}个。"
        heading = wording(indicator, snapshot.words).heading
        yield indicator, heading, len(sites), count + _examples(snapshot, indicator, sites)


def _faults(snapshot: Snapshot) -> Iterator[_Told]:
    """One paragraph for each kind of fault that failed nobody; a 证据不足 site is not spoken of."""
    for indicator, sites in _faulty(snapshot).items():
        number = sum(n for n, _ in sites)
        places = f"，共{number}处" if number > len(sites) else ""
        count = f"涉及网站{len(sites)}个{places}。"
        heading = wording(indicator, snapshot.words).heading
        yield indicator, heading, len(sites), count + _examples(snapshot, indicator, [r for _, r in sites])


def _accused(snapshot: Snapshot, indicator: str) -> list[SiteResult]:
    """The sites that failed for it, else those that have it as a mere fault."""
    failed = [r for r in snapshot.of("fail") if indicator in causes(r)]
    return failed or [r for _, r in _faulty(snapshot).get(indicator, [])]


def _faulty(snapshot: Snapshot) -> dict[str, list[tuple[int, SiteResult]]]:
    """Indicator → its sites with the number of places, the worst first."""
    found: dict[str, list[tuple[int, SiteResult]]] = {}
    for result in snapshot.results:
        for indicator, number in _mere_faults(snapshot, result):
            found.setdefault(indicator, []).append((number, result))
    return {i: sorted(found[i], key=lambda pair: -pair[0]) for i in _in_order(set(found))}


def _mere_faults(snapshot: Snapshot, result: SiteResult) -> Iterator[tuple[str, int]]:
    """Indicators with the number of places."""
    if result.verdict.verdict == "insufficient":
        return
    failed_for = causes(result) if result.verdict.verdict == "fail" else ()
    for indicator, number in Counter(f.indicator for f in snapshot.counted(result)).items():
        graver = COVERED_BY.get(indicator, indicator)
        spoken = not wording(indicator, snapshot.words).veto_only
        if spoken and not {graver, indicator} & set(failed_for):
            yield indicator, number


def _examples(snapshot: Snapshot, indicator: str, results: list[SiteResult]) -> str:
    """``如“网站名称”（地区）……；……。``: the first three."""
    clauses = []
    for result in results[:3]:
        found = tuple(f for f in snapshot.counted(result) if f.indicator == indicator)
        seen = wording(indicator, snapshot.words).seen(result.verdict, found)
        clauses.append(f"{quoted(result.site.name)}（{result.site.group}）{seen}")
    return f"{'如' if len(results) > 1 else ''}{'；'.join(clauses)}。"


# --- 三、下一步工作要求 ---------------------------------------------------------------------------------------------


def _demands(snapshot: Snapshot) -> Section:
    issuer = snapshot.campaign.issuer
    by = day(issuer.deadline).rstrip("前")
    report = f"，并于{by}前将整改情况（主要负责同志签字纸质版1份和电子文档）报送{issuer.name}" if by else ""
    text = (
        f"对本次通报存在问题的网站，有关地区和部门要高度重视，举一反三，采取有力措施进行整改{report}。"
        f"{issuer.name}将对整改情况进行复查，对整改不到位、问题仍然突出的，按规定予以问责。"
    )
    contact = f"联系人及电话：{issuer.contact.rstrip('。')}。" if issuer.contact else ""
    return Section("三、下一步工作要求", (Paragraph(text + contact),))
