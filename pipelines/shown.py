"""A finding with all that lies behind it, as a clerk reads it, and as files for the record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from govcrawl.contracts import Finding, Probe
from govcrawl.errors import InputError
from govcrawl.private import masked, masked_url
from govcrawl.reading.records import BEIJING
from pipelines.excerpts import Place
from pipelines.exhibits import Behind, Exhibit
from pipelines.standards import load_pack
from pipelines.warc import first_member

MOST = 20  #: exhibits, visits and other findings that are shown one by one; the store has all
REVIEW = {"pending": "待复核", "confirmed": "已确认", "dismissed": "已排除"}
OUTCOMES = {
    "ok": "正常", "redirect": "跳转", "http_error": "错误状态", "challenge": "防火墙验证页面", "timeout": "超时", "dns": "域名不能解析",
    "refused": "拒绝连接", "reset": "连接中断", "too_large": "超过大小上限", "bad_answer": "回答无法读取",
    "refused_by_us": "本机规则不许访问", "our_fault": "本机原因",
}  # fmt: skip
SUFFIXES = {
    "spreadsheetml": ".xlsx", "wordprocessingml": ".docx", "html": ".html", "xml": ".xml", "json": ".json",
    "javascript": ".js", "pdf": ".pdf", "plain": ".txt",
}  # fmt: skip


def lines(case: Behind) -> Iterator[str]:
    """Numbers of persons masked: only the stored pages have them whole."""
    return map(masked, _lines(case))


def _lines(case: Behind) -> Iterator[str]:
    one = case.finding
    yield f"问题编号   {one.id}"
    yield f"普查       {one.campaign}（{case.title}）"
    yield f"网站       {case.site.code} {case.site.name} {case.site.home}"
    for pack, judged in case.judged:
        yield f"指标       {judged.indicator} {_word(pack, judged.indicator)}（标准 {pack}，{REVIEW[judged.review]}）"
        yield f"依据       {judged.clause}"
    yield f"网址       {one.url}"
    if one.found_on:
        yield f"所在页面   {one.found_on}"
    if one.excerpt:
        yield f"摘录       {one.excerpt}"
    yield f"详情       {json.dumps(one.detail, ensure_ascii=False)}"
    yield from _when(case)
    yield from _others(case.others)
    yield from _visits(case.visits)
    for number, exhibit in enumerate(case.exhibits[:MOST], 1):
        yield from ("", f"证据 {number}/{len(case.exhibits)}", *_exhibit(exhibit))
    if len(case.exhibits) > MOST:
        yield from ("", f"另有 {len(case.exhibits) - MOST} 个页面同为依据，未逐一列出")


def _word(pack: str, indicator: str) -> str:
    """As the pack has it; a pack that is no longer here leaves the key alone."""
    try:
        return load_pack(pack).rules[indicator].word
    except (InputError, KeyError):
        return ""


def _when(case: Behind) -> Iterator[str]:
    moments = sorted([o.at for o in case.seen] + [v.at for v in case.visits if v.failed])
    if moments:
        yield f"首次看到   {clock(moments[0])}"
        yield f"最近看到   {clock(moments[-1])}（共 {len(moments)} 次）"
    if not case.visits and (replaced := len(case.finding.seen) - len(case.seen)):
        yield f"注意       {replaced} 处所见已被后来的采集取代，请先运行 govcrawl score {case.finding.campaign}"


def alarms(case: Behind) -> list[str]:
    """What makes the evidence unfit to be shown, each with what to do."""
    found = []
    for one in case.exhibits:
        if one.record is None and one.file:
            found.append(one.why)
        elif not one.intact:
            found.append(
                f"!!! 证据不可采用：{masked_url(one.page['url'])} 的所存内容与采集时的 SHA-256 不一致；请从备份恢复 {one.file}"
            )
    return found


def _others(others: tuple[Finding, ...]) -> Iterator[str]:
    """What a sum of points adds up; each can be asked for by itself."""
    for other in others[:MOST]:
        yield f"其中       {other.id} {other.indicator} {other.url}"
    if len(others) > MOST:
        yield f"其中       另有 {len(others) - MOST} 个问题"


def _visits(visits: tuple[Probe, ...]) -> Iterator[str]:
    if not visits:
        return
    failed = [v for v in sorted(visits, key=lambda v: (v.at, v.visit)) if v.failed]
    unsure = sum(v.failed is None for v in visits)
    yield f"访问       共 {len(visits)} 次，打不开 {len(failed)} 次，未能判断 {unsure} 次；打不开的："
    for v in failed[:MOST]:
        answer = f"{OUTCOMES[v.outcome]} {v.status or v.error}".rstrip()
        yield f"           {clock(v.at)}  第 {v.round} 轮第 {v.visit} 次  {v.seconds:.3f} 秒  {answer}  {v.worker}"
    if len(failed) > MOST:
        yield f"           另有 {len(failed) - MOST} 次"


def _exhibit(one: Exhibit) -> Iterator[str]:
    page = one.page
    yield f"  网址     {page['url']}" + ("（浏览器渲染后）" if page["rendered"] else "")
    if one.task.found_on:
        yield f"  来自     {one.task.found_on}"
    yield f"  采集     {clock(page['at'])}，第 {page['round']} 轮，{page['worker']}，{one.method}，用时 {page['seconds']:.3f} 秒"
    yield f"  结果     {OUTCOMES[page['outcome']]}，状态码 {page['status'] or '无'}" + (
        f"，{page['error']}" if page["error"] else ""
    )
    if one.file and page["evidence"]:
        where = page["evidence"]
        yield f"  文件     {one.file}，第 {where['offset']} 字节起 {where['length']} 字节"
    if one.record is None:
        yield f"  内容     {one.why}"
        return
    yield f"  SHA-256  {page['sha256'] or '（无内容）'}" + ("（与所存内容一致）" if one.intact else "")
    if not one.intact:
        yield "  !!!!!!!  所存内容与采集时的 SHA-256 不一致：证据已被改动或损坏，不可采用"
    yield from (f"  > {name}: {value}" for name, value in one.record.headers if not page["rendered"])
    if one.link:
        yield f"  链接     指向该网址的链接在所存网页第 {one.link[0]}–{one.link[1]} 字节"
    yield from _place(one.excerpt, one.place)


def _place(excerpt: str, place: Place | None) -> Iterator[str]:
    if place is None:
        if excerpt:
            yield f"  摘录     “{excerpt}”不在此页的可见文字中"
        return
    text = "全部可见文字" if place.whole else "正文可见文字"
    stored = f"；所存网页第 {place.stored[0]}–{place.stored[1]} 字节" if place.stored else "；在所存网页中不连续"
    yield f"  摘录     {text}第 {place.start}–{place.end} 字{stored}"
    yield f"           {_one_line(place.before)}【{_one_line(place.words)}】{_one_line(place.after)}"


def _one_line(text: str) -> str:
    return text.replace("\n", " ↵ ")


def clock(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}（北京时间）"


def kept(case: Behind, out: Path) -> list[Path]:
    """Writes, for each exhibit that is there, the page as it came and its WARC record, in a file of its own; and what ``lines`` says."""
    out.mkdir(parents=True, exist_ok=True)
    written = [_write(out / f"{case.finding.id}.txt", "\n".join(lines(case)).encode() + b"\n")]
    for number, one in enumerate(case.exhibits[:MOST], 1):
        if one.record and one.file:
            stem = f"{case.finding.id}-{number}"
            written.append(_write(out / f"{stem}{_suffix(one)}", one.record.body))
            written.append(_write(out / f"{stem}.warc.gz", first_member(one.file) + one.member))
    return written


def _write(path: Path, content: bytes) -> Path:
    """For nobody else's eyes: a page as it came has the numbers of persons whole."""
    path.touch(mode=0o600)
    path.write_bytes(content)
    return path


def _suffix(one: Exhibit) -> str:
    headers = one.record.headers if one.record else ()
    kind = next((value for name, value in headers if name.lower() == "content-type"), "").lower()
    return next((suffix for word, suffix in SUFFIXES.items() if word in kind), ".bin")
