"""Screenshots of stored pages, for those who don't read HTML: drawn from the stored bytes, nothing is fetched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from govcrawl.contracts import Page
from govcrawl.private import masked_url
from govcrawl.rendering.chromium import BrowserGone, Chromium, ProtocolError, find
from govcrawl.rendering.picture import Stored, picture
from pipelines.exhibits import Behind, Exhibit
from pipelines.shown import MOST, clock

NOTE = "由所存网页绘制，未重新访问；脚本未运行，样式和图片未保存"


def take(case: Behind, stored: Stored, out: Path, program: str, memory_mb: int) -> list[str]:
    """Writes a PNG for each exhibit that is a page; says in a sentence each what was written, or why not."""
    if not (path := find(program)):
        return [
            "未生成截图：本机没有找到 Chromium；请安装（如 apt install chromium），或以 GOVCRAWL_CHROMIUM 指明其路径"
        ]
    return asyncio.run(_take(case, stored, out, path, memory_mb))


async def _take(case: Behind, stored: Stored, out: Path, program: str, memory_mb: int) -> list[str]:
    out.mkdir(parents=True, exist_ok=True)
    try:
        browser = await Chromium.started(program, memory_mb)
    except BrowserGone as error:
        return [f"未生成截图：{program} 不能启动（{error}）"]
    try:
        async with aclosing(_each(browser, case, stored, out)) as told:
            return [line async for line in told]
    finally:
        await browser.close()


async def _each(browser: Chromium, case: Behind, stored: Stored, out: Path) -> AsyncGenerator[str]:
    for number, one in enumerate(case.exhibits[:MOST], 1):
        if not (page := as_page(one)) or b"<" not in page.body or one.task.role == "file":
            continue
        told = _told(case, one)
        caption = "\n".join(f"{name}: {text}" for name, text in told.items())
        file = out / f"{case.finding.id}-{number}.png"
        try:
            file.write_bytes(await picture(browser, page, stored, caption, told))
            yield f"截图       {file}"
        except (BrowserGone, ProtocolError, TimeoutError) as error:
            yield f"未生成截图：{masked_url(page.url)}（{error or '浏览器没有回答'}）"


def as_page(one: Exhibit) -> Page | None:
    if one.record is None:
        return None
    page = one.page
    return Page(
        page["url"], page["outcome"], page["status"], page["at"], page["seconds"], one.record.headers, one.record.body
    )


def _told(case: Behind, one: Exhibit) -> dict[str, str]:
    """Above the picture, and within the file."""
    spoilt = "" if one.intact else "（与所存内容不一致，不可采用）"
    finding = case.finding
    return {
        "Title": f"{case.site.name} {finding.indicator} {finding.id}",
        "Source": masked_url(one.page["url"]),
        "Creation Time": clock(one.page["at"]),
        "SHA-256": f"{one.page['sha256']}{spoilt}",
        "Comment": NOTE,
    }
