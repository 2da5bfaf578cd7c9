"""``govcrawl evidence`` after a real run: what it shows, what it writes, and what it says of evidence that is gone or was changed."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import redis
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from govcrawl import services, settings
from govcrawl.cli import main
from govcrawl.contracts import Campaign, Lease, Outcome, Page, Probe, ProbePlan, Result, Site, Task
from govcrawl.frontier.codec import task_id
from govcrawl.frontier.frontier import round_key
from govcrawl.rendering.chromium import find
from govcrawl.store import Store
from govcrawl.stored import page_id
from pipelines import stages
from tests.govcrawl.build import campaign
from tests.govcrawl.test_run import CAMPAIGN
from tests.pathologies import Server, served

NAV = '<div class="nav"><a href="/">首页</a><a href="/dt/">工作动态</a><a href="/tzgg/">通知公告</a></div>'
OLD = [
    ("关于 <b>做好</b>防汛工作的通知", "2017-05-30"),
    ("关于开展春耕检查的通知", "2017-05-10"),
    ("关于放假的通知", "2017-04-10"),
]


def listed(title: str, entries: list[tuple[str, str]], more: str = "") -> bytes:
    """In GB2312, as many sites are."""
    items = "".join(f'<li><a href="/c/{n}.html">{t}</a><span>{day}</span></li>' for n, (t, day) in enumerate(entries))
    head = f'<html><head><meta charset="gb2312"><title>{title}</title></head><body>{NAV}'
    return f"{head}<div class=main><h2>{title}</h2><ul>{items}</ul>{more}</div></body></html>".encode("gb18030")


def article(n: int) -> str:
    return f"<html><body>{NAV}<h1>{OLD[n][0]}</h1><p>发布时间：{OLD[n][1]}</p><p>{'正文。' * 60}</p></body></html>"


class Said(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Case:
    """A campaign that was run; ``folder`` holds its bulletin and its evidence."""

    folder: Path
    environment: dict[str, str]
    server: Server

    def evidence(self, *words: object, **more: str) -> Said:
        """Within this process: starting another takes longer than what it does.  ``more``: keys of the settings."""
        out, err = io.StringIO(), io.StringIO()
        folder = {"EVIDENCE_DIR": str(self.folder / "home/evidence")}
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name in ("REDIS_URL", "MONGODB_URI"):
                patch.setenv(name, self.environment[name])
            for name, value in (folder | more).items():
                patch.setattr(settings, name, value)
            status = main(["evidence", *map(str, words)])
        return Said(status, out.getvalue(), err.getvalue())

    def finding(self, indicator: str) -> dict[str, Any]:
        (site,) = json.loads((self.folder / "out/results.json").read_text("utf-8"))["sites"]
        return next(f for f in site["findings"] if f["indicator"] == indicator)

    @property
    def files(self) -> list[Path]:
        return sorted((self.folder / "home/evidence").rglob("*.warc.gz"))


@pytest.fixture(scope="module")
def case(urls: services.Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder = tmp_path_factory.mktemp("case")
    with redis.Redis.from_url(urls.redis) as client:
        client.flushdb()
    store = Store(urls.mongodb)
    for name in store.db.list_collection_names():
        store.db[name].delete_many({})
    store.close()
    with served("127.70.6.2") as server:
        gone = '<p><a href="/x/gone.doc">附件下载</a></p>'
        server.pages |= {
            "/": listed("测试网站", OLD, gone), "/dt/": listed("工作动态", OLD[1:]), "/tzgg/": listed("通知公告", OLD),
        } | {f"/c/{n}.html": article(n) for n in range(3)}  # fmt: skip
        environment = os.environ | urls.environment() | {"GOVCRAWL_HOME": str(folder / "home")}
        one = Case(folder, environment, server)
        run(one, server)
        yield one


def run(case: Case, server: Server) -> None:
    (case.folder / "campaign.toml").write_text(CAMPAIGN.format(visits=3, spacing=0.2), encoding="utf-8")
    head = "网站标识码,网站名称,首页网址,主办单位,地区,层级,运行状态,对外服务"
    (case.folder / "sites.csv").write_text(
        f"{head}\n5300000001,测试网站,{server.url()},测试局,,,正常运行,是\n", "utf-8"
    )
    command = [sys.executable, "-m", "govcrawl", "run", "campaign.toml", "--workers", "2"]
    subprocess.run(command, env=case.environment, cwd=case.folder, capture_output=True, timeout=100, check=True)


# --- the files --------------------------------------------------------------------------------------------------------


def test_every_record_of_a_run_is_read_by_another_tool(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    kinds: list[str] = []
    for file in case.files:
        with file.open("rb") as opened:
            for record in ArchiveIterator(opened, check_digests="raise"):
                record.content_stream().read()
                kinds.append(record.rec_type)
    assert kinds.count("warcinfo") == len(case.files)
    assert kinds.count("response") >= 7
    checker = Checker(type("Options", (), {"inputs": [str(f) for f in case.files], "verbose": False})())
    checker.process_all()
    assert checker.exit_value == 0, capsys.readouterr().out


# --- what is shown ----------------------------------------------------------------------------------------------------


def test_a_column_that_is_not_kept_up_shows_its_newest_line(case: Case) -> None:
    stale = case.finding("column_stale")
    done = case.evidence(stale["id"])
    assert done.returncode == 0, done.stderr
    shown = done.stdout
    for said in (
        stale["id"], "t-run（2018年二季度测试普查）", "5300000001 测试网站", "栏目不更新（标准 2015@1，待复核）", "依据       ", stale["url"],
        "首次看到", "最近看到", "第 1 轮", "GET", "正常，状态码 200", "（与所存内容一致）", "Content-Type: text/html",
    ):  # fmt: skip
        assert said in shown, said
    assert re.search(r"【[^】]*2017-05-(30|10)】", shown)
    start, end = map(int, re.search(r"所存网页第 (\d+)–(\d+) 字节", shown).groups())  # type: ignore[union-attr]
    path = stale["url"].removeprefix(case.server.url(""))
    stored = case.server.pages[path]
    assert isinstance(stored, bytes)
    assert "2017-05-" in stored[start:end].decode("gb18030")
    sha = re.search(r"SHA-256  (\w{64})", shown)
    assert sha
    worker, file = re.search(r"第 1 轮，([\w-]+)，", shown), re.search(r"文件     (\S+\.warc\.gz)，", shown)
    assert worker
    assert file
    assert file[1].endswith(f"{worker[1]}.warc.gz")


def test_the_beginning_of_an_id_is_enough_where_only_one_has_it(case: Case) -> None:
    id_ = case.finding("dead_link")["id"]
    assert case.evidence(id_[:10]).stdout == case.evidence(id_.upper()).stdout == case.evidence(id_).stdout
    for prefix, said in (("", "没有写明哪个问题"), ("zzz", "没有编号以 zzz 开头的问题")):
        done = case.evidence(prefix)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert said in done.stderr


def test_a_dead_link_shows_the_answer_and_the_page_it_stands_on(case: Case) -> None:
    dead = case.finding("dead_link")
    shown = case.evidence(dead["id"]).stdout
    assert "错误状态，状态码 404" in shown
    assert f"证据 2/2\n  网址     {case.server.url('/')}" in shown
    place = re.search(r"链接在所存网页第 (\d+)–(\d+) 字节", shown)
    assert place
    home = case.server.pages["/"]
    assert isinstance(home, bytes)
    assert home[int(place[1]) : int(place[2])] == b'"/x/gone.doc"'


def test_a_finding_of_the_whole_site_shows_all_that_it_rests_on(case: Case) -> None:
    shown = case.evidence(case.finding("missing_identity")["id"]).stdout
    pages = re.findall(r"^  网址     (\S+)$", shown, flags=re.M)
    assert {case.server.url(path) for path in ("/", "/dt/", "/tzgg/")} <= set(pages)
    assert f"（共 {len(pages)} 次）" in shown


# --- what is written --------------------------------------------------------------------------------------------------


def test_page_record_and_picture_are_written(case: Case, tmp_path: Path) -> None:
    stale = case.finding("column_stale")
    out = tmp_path / "证据"
    done = case.evidence(stale["id"], "--out", out)
    assert done.returncode == 0, done.stderr
    assert "恶意脚本" in done.stdout
    path = stale["url"].removeprefix(case.server.url(""))
    assert (out / f"{stale['id']}-1.html").read_bytes() == case.server.pages[path]
    assert stale["id"] in (out / f"{stale['id']}.txt").read_text("utf-8")
    with (out / f"{stale['id']}-1.warc.gz").open("rb") as opened:
        records = [(r.rec_type, r.content_stream().read()) for r in ArchiveIterator(opened, check_digests="raise")]
    assert [kind for kind, _ in records] == ["warcinfo", "response"]
    assert records[1][1] == case.server.pages[path]


@pytest.mark.skipif(not find(), reason="Chromium is not installed")
def test_a_picture_says_what_it_shows(case: Case, tmp_path: Path) -> None:
    stale, asked = case.finding("column_stale"), sum(case.server.hits.values())
    done = case.evidence(stale["id"], "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    texts = chunks((tmp_path / f"{stale['id']}-1.png").read_bytes())
    assert texts["Source"] == stale["url"]
    assert re.fullmatch(r"\w{64}", texts["SHA-256"])
    assert "北京时间" in texts["Creation Time"]
    assert "未重新访问" in texts["Comment"]
    assert sum(case.server.hits.values()) == asked  # nothing was fetched for it


def test_without_chromium_all_but_the_picture_is_there(case: Case, tmp_path: Path) -> None:
    done = case.evidence(case.finding("column_stale")["id"], "--out", tmp_path, CHROMIUM="/nowhere/chromium")
    assert done.returncode == 0
    assert done.stdout.count("未生成截图：") == 1
    assert "GOVCRAWL_CHROMIUM" in done.stdout
    assert not list(tmp_path.glob("*.png"))
    assert list(tmp_path.glob("*.warc.gz"))


def test_an_output_folder_that_cannot_be_written(case: Case) -> None:
    done = case.evidence(case.finding("column_stale")["id"], "--out", case.folder / "sites.csv" / "x")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def chunks(png: bytes) -> dict[str, str]:
    """The texts within a PNG whose checksums hold."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    found, at = {}, 8
    while at < len(png):
        size, kind = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        body = png[at + 8 : at + 8 + size]
        assert zlib.crc32(kind + body) == int.from_bytes(png[at + 8 + size : at + 12 + size], "big")
        if kind == b"iTXt":
            name, _, text = body.partition(b"\0")
            found[name.decode()] = text[4:].decode()
        at += 12 + size
    assert kind == b"IEND"
    return found


# --- evidence that is gone, or is not what was stored -----------------------------------------------------------------


@pytest.fixture
def elsewhere(case: Case, tmp_path: Path) -> Path:
    """A copy of the evidence, to spoil."""
    return Path(shutil.copytree(case.folder / "home/evidence", tmp_path / "evidence"))


def spoil(folder: Path, old: bytes, new: bytes) -> None:
    """Rewrites each record that holds ``old``, as somebody would who knows WARC: same place, same length, valid gzip."""
    for file in folder.rglob("*.warc.gz"):
        raw = file.read_bytes()
        members, at = [], 0
        while at < len(raw):
            one = zlib.decompressobj(31)
            plain = one.decompress(raw[at:])
            size = len(raw) - at - len(one.unused_data)
            members.append(same_size(plain.replace(old, new), size) if old in plain else raw[at : at + size])
            at += size
        file.write_bytes(b"".join(members))


def same_size(plain: bytes, size: int) -> bytes:
    """Packed into so many bytes; a gzip header's file name fills what is left."""
    packed = gzip.compress(plain, 9, mtime=0)
    fill = size - len(packed)
    assert fill >= 1
    return packed[:3] + b"\x08" + packed[4:10] + b"x" * (fill - 1) + b"\0" + packed[10:]


def test_the_evidence_of_several_machines_is_read_where_the_variable_says(case: Case, elsewhere: Path) -> None:
    command = [sys.executable, "-m", "govcrawl", "evidence", case.finding("column_stale")["id"]]
    named = case.environment | {"GOVCRAWL_EVIDENCE": str(elsewhere), "GOVCRAWL_HOME": str(elsewhere / "other")}
    done = subprocess.run(command, env=named, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    assert str(elsewhere) in done.stdout


def test_a_page_that_was_changed_is_told_loudly(case: Case, elsewhere: Path, tmp_path: Path) -> None:
    stale = case.finding("column_stale")
    spoil(elsewhere, b"2017-05-", b"2018-05-")
    done = case.evidence(stale["id"], "--out", tmp_path / "out", EVIDENCE_DIR=str(elsewhere))
    assert done.returncode == 1
    assert "!!! 证据不可采用" in done.stderr
    assert "SHA-256 不一致" in done.stderr
    assert "证据已被改动或损坏" in done.stdout
    assert "证据已被改动或损坏" in (tmp_path / "out" / f"{stale['id']}.txt").read_text("utf-8")
    for png in (tmp_path / "out").glob("*.png"):
        assert "不可采用" in chunks(png.read_bytes())["SHA-256"]


def test_a_file_that_is_not_here_is_told_with_its_worker(case: Case, tmp_path: Path) -> None:
    done = case.evidence(case.finding("column_stale")["id"], EVIDENCE_DIR=str(tmp_path / "empty"))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    worker = re.search(r"采集进程 ([\w-]+) 所在机器", done.stderr)
    assert worker
    assert any(worker[1] in file.name for file in case.files)
    assert "GOVCRAWL_EVIDENCE" in done.stderr
    assert "栏目不更新" in done.stdout  # all that the store knows is shown all the same


@pytest.mark.parametrize("left", [0, 500])
def test_a_file_that_was_cut_off_is_told(left: int, case: Case, elsewhere: Path) -> None:
    for file in elsewhere.rglob("*.warc.gz"):
        os.truncate(file, left)
    done = case.evidence(case.finding("column_stale")["id"], EVIDENCE_DIR=str(elsewhere))
    assert done.returncode == 1
    assert "不是完整的记录" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_site_that_does_not_answer_shows_its_visits(urls: services.Urls, case: Case) -> None:
    """Another campaign in the same stores; its other site answers, so the fault is not ours."""
    down = campaign("t-down", probe=ProbePlan(3, 0.1, 0.3))
    site = Site("5300000002", "停机网站", "http://b.gov.cn/", "省直")
    store = Store(urls.mongodb)
    up = Site("5300000003", "在线网站", "http://c.gov.cn/", "省直")
    store.save_plan(down, [site, up], [site.code, up.code], [])
    store.save_results([visit(down, one, n, answers=one is up) for one in (site, up) for n in (1, 2, 3)])
    verdict = next(v for v in stages.score(store, down.id, "2015", set()) if v.site == site.code)
    store.close()
    (found,) = (f for f in verdict.findings if f.indicator == "site_unreachable")
    shown = case.evidence(found.id).stdout
    assert "共 3 次，打不开 3 次，未能判断 0 次" in shown
    assert re.findall(r"2018-06-14 16:00:0(\d)（北京时间）  第 1 轮第 (\d) 次  15\.000 秒  超时", shown) == [
        ("1", "1"),
        ("2", "2"),
        ("3", "3"),
    ]
    assert "没有收到任何回答" in shown
    assert "被后来的采集取代" not in shown


def visit(of: Campaign, site: Site, n: int, *, answers: bool) -> Result:
    task, at = Task(site.code, "probe", "probe", site.home, visit=n), datetime(2018, 6, 14, 8, 0, n, tzinfo=UTC)
    lease = Lease(round_key(of.id, 1), task_id(task), "w", 1, task, at.timestamp())
    outcome: Outcome = "ok" if answers else "timeout"
    error = "" if answers else "no answer within 15 s"
    page = Page(site.home, outcome, None, at, 15.0, worker="host-1-abc", error=error)
    probe = Probe(
        site.code, 1, n, at, 15.0, outcome, None, not answers, "host-1-abc", page=page_id(lease.round_key, lease.id)
    )
    return Result(lease, page, probe=probe)
