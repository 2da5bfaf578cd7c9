"""A site as old as its server: wholly in GBK, with a board that only a form turns and guides whose labels are set apart, from the
first request to the verdict."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from aiohttp import web

from govcrawl.frontier.frontier import Frontier
from govcrawl.store import Store
from tests.govcrawl.test_cli import govcrawl
from tests.govcrawl.test_run import CAMPAIGN
from tests.pathologies import Handler, Server, served

NAV = (
    "<div class=nav><a href=/>首页</a><a href=/list.asp?lm=通知公告>通知公告</a><a href=/list.asp?lm={news}>新闻动态</a>"
    "<a href=/go.asp?to=1>政策文件</a><a href=/hd/list.asp>县长信箱</a><a href=/bs/list.asp>办事指南</a></div>"
)
FOOT = "<div class=footer>主办：测试县人民政府办公室　网站标识码：5300000001</div>"
GUIDE = (
    "<p>一、办 理 依 据：《道路交通安全法》</p><p>二、办 理 条 件：年满十八周岁</p><p>三、申 请 材 料：身份证、体检表</p>"
    "<p>四、办 理 地 点：政务大厅一楼</p><p>五、办 公 时 间：工作日上午</p><p>六、联 系 电 话：0870-0000000</p>"
)
#: Further pages are read while letters of the last year may follow, by the calendar of the day.
LATELY = f"{datetime.now(UTC):%Y-%m-%d}"
LETTERS = (("关于路灯不亮的问题", LATELY, "已回复"), ("关于公交改线的建议", LATELY, "已回复"))
OLDER = (("关于噪声扰民的反映", "2018-01-05", "未回复"), ("关于饮水安全的咨询", "2017-12-20", "已回复"))


def in_gbk(words: str) -> str:
    return quote(words.encode("gbk"))


def page(title: str, body: str) -> bytes:
    head = f"<meta http-equiv=Content-Type content='text/html; charset=gb2312'><title>{title}-测试县</title>"
    nav = NAV.format(news=in_gbk("新闻动态"))
    return f"<html><head>{head}</head><body>{nav}{body}{FOOT}</body></html>".encode("gbk")


def column(name: str, day: str = "2018-06-10") -> bytes:
    rows = "".join(
        f"<li><a href='/show.asp?id={n}&lm={in_gbk(name)}'>关于{name}的第{n}条信息</a><span>{day}</span></li>"
        for n in range(1, 7)
    )
    return page(name, f"<div class=pos>当前位置：<a href=/>首页</a> &gt; {name}</div><ul>{rows}</ul>")


def board(letters: tuple[tuple[str, str, str], ...], number: int) -> bytes:
    rows = "".join(f"<tr><td>{title}</td><td>{day}</td><td>{state}</td></tr>" for title, day, state in letters)
    form = (
        "<form name=turn method=post action=list.asp><input type=hidden name=page value=1>"
        "<input type=hidden name=lx value=信箱></form><script>function go(n){turn.page.value=n;turn.submit()}</script>"
    )
    onward = "" if number == 2 else "<a href='javascript:go(2)'>下一页</a>"
    table = (
        f"<table><tr><th>标题</th><th>来信时间</th><th>状态</th></tr>{rows}</table>第{number}页 共2页 {onward}{form}"
    )
    return page(
        "县长信箱", f"<div class=pos>当前位置：<a href=/>首页</a> &gt; 县长信箱</div><div class=r>{table}</div>"
    )


def moved(target: str) -> Handler:
    """A redirect whose ``Location`` is in GBK as it stands, as IIS sends it."""

    async def handler(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        head = b"HTTP/1.1 302 Object moved\r\nContent-Length: 0\r\nConnection: close\r\nLocation: "
        request.transport.write(head + target.encode("gbk") + b"\r\n\r\n")
        request.transport.close()
        return web.Response()

    return handler


@pytest.fixture
def server() -> Iterator[Server]:
    with served("127.70.8.1") as one:
        entry = "<ul><li><a href=/bs/show.asp?id=1>驾驶证申领办事指南</a></li></ul>"
        one.pages |= {
            "/": page("首页", column("新闻动态").decode("gbk").partition("</div>")[2]),
            f"/list.asp?lm={in_gbk('通知公告')}": column("通知公告", "2018-06-11"),
            f"/list.asp?lm={in_gbk('新闻动态')}": column("新闻动态", "2018-06-12"),
            "/go.asp": moved("/目录/列表.asp?lm=政策文件"),
            f"/{in_gbk('目录')}/{in_gbk('列表')}.asp?lm={in_gbk('政策文件')}": column("政策文件", "2018-06-13"),
            "/hd/list.asp": board(LETTERS, 1),
            f"/hd/list.asp?page=2&lx={in_gbk('信箱')}": board(OLDER, 2),
            "/bs/list.asp": page("办事指南", f"<div class=pos><a href=/>首页</a> &gt; 办事指南</div>{entry}"),
            "/bs/show.asp": page("驾驶证申领办事指南", f"<div class=pos><a href=/>首页</a> &gt; 办事指南</div><h1>驾驶证申领</h1>{GUIDE}"),
            "/show.asp": page("信息", f"<h1>信息</h1><p>{'正文。' * 60}</p>"),
        }  # fmt: skip
        yield one


def test_a_site_in_gbk_is_read_to_its_last_letter(
    server: Server, tmp_path: Path, environment: dict[str, str], store: Store, frontier: Frontier
) -> None:
    (tmp_path / "campaign.toml").write_text(CAMPAIGN.format(visits=1, spacing=0.1), encoding="utf-8")
    head = "网站标识码,网站名称,首页网址,主办单位,地区,层级,运行状态,对外服务"
    row = f"5300000001,测试县,{server.url()},测试县人民政府办公室,,,正常运行,是"
    (tmp_path / "sites.csv").write_text(f"{head}\n{row}", encoding="utf-8")
    done = govcrawl(environment, "run", tmp_path / "campaign.toml", "--out", tmp_path / "out", "--workers", "1")
    assert done.returncode == 0, done.stderr
    (site,) = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))["sites"]
    newest = {one["name"]: (one["newest"], one["items"]) for one in site["columns"]}
    assert newest == {"通知公告": ("2018-06-11", 6), "新闻动态": ("2018-06-12", 6), "政策文件": ("2018-06-13", 6)}
    assert "dead_link" not in {found["indicator"] for found in site["findings"]}
    assert set(server.hits.values()) <= {1, 2}  # no page in two spellings; the home page is also visited
    (unanswered,) = (found for found in site["findings"] if found["indicator"] == "poor_response")
    assert unanswered["excerpt"] == "关于噪声扰民的反映"
    assert unanswered["url"] == server.url(f"/hd/list.asp?page=2&lx={in_gbk('信箱')}")
    (guide,) = store.db["observations"].find({"kind": "guide"})
    assert (guide["data"]["name"], guide["data"]["missing"]) == ("驾驶证申领", ["办理流程"])
