"""What a person gets for input that can't be used: one sentence with file, line and fix, exit status 2, nothing half-written."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from govcrawl.frontier.frontier import Frontier, Settled
from govcrawl.services import Urls
from govcrawl.store import Store
from tests.govcrawl.build import campaign, task

CAMPAIGN = """[campaign]
id = "t-cli"
title = "2018年二季度测试普查"
standard = "2015"
starts = 2018-04-01
ends = 2018-06-15
[issuer]
name = "测试省人民政府办公厅"
division = "530000"
[registry]
sites = "sites.csv"
[crawl]
allow_networks = ["127.0.0.0/8"]
"""
SITES = "网站标识码,网站名称,首页网址,主办单位,地区,层级,运行状态,对外服务\n5300000001,测试网站,http://127.70.0.9:9/,测试局,,,正常运行,是\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "campaign.toml").write_text(CAMPAIGN, encoding="utf-8")
    (tmp_path / "sites.csv").write_text(SITES, encoding="utf-8")
    return tmp_path


def govcrawl(environment: dict[str, str], *words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "govcrawl", *map(str, words)]
    return subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, timeout=200, check=False)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('id = "t-cli"', "id = 7", "campaign.toml:2"),
        ('title = "2018年二季度测试普查"', 'titel = "x"', "title"),
        ("ends = 2018-06-15", "ends = 2018-06-31", "campaign.toml:6"),
        ("ends = 2018-06-15", "ends = 2018-01-01", "campaign.toml:6"),
        ('standard = "2015"', 'standard = "2051"', "2015"),
        ('sites = "sites.csv"', 'sites = "keine.csv"', "keine.csv"),
        ("[registry]", "[registry", "campaign.toml:10"),
        ('sites = "sites.csv"', 'sites = "sites.csv"\nmessages = "gone.csv"', "gone.csv"),
    ],
)
def test_a_campaign_file_that_cannot_be_used(
    folder: Path, environment: dict[str, str], old: str, new: str, expected: str
) -> None:
    (folder / "campaign.toml").write_text(CAMPAIGN.replace(old, new), encoding="utf-8")
    done = govcrawl(environment, "run", folder / "campaign.toml", "--out", folder / "out")
    assert done.returncode == 2
    assert done.stderr.startswith("govcrawl: ")
    assert done.stderr.count("\n") == 1
    assert expected in done.stderr
    assert not (folder / "out").exists()


def test_a_campaign_file_that_is_not_there(environment: dict[str, str], tmp_path: Path) -> None:
    done = govcrawl(environment, "plan", tmp_path / "nein.toml")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "nein.toml" in done.stderr


def test_a_register_without_a_usable_row(folder: Path, environment: dict[str, str]) -> None:
    (folder / "sites.csv").write_text(
        SITES.splitlines()[0] + "\nabc,名称,http://a.gov.cn/,,,,正常运行,是\n", encoding="utf-8"
    )
    done = govcrawl(environment, "plan", folder / "campaign.toml")
    assert done.returncode == 2
    assert "sites.csv" in done.stderr


def test_an_output_folder_that_cannot_be_written(folder: Path, environment: dict[str, str]) -> None:
    done = govcrawl(environment, "run", folder / "campaign.toml", "--out", folder / "sites.csv" / "out")
    assert done.returncode == 2
    assert "请换一个可写的目录" in done.stderr


def test_an_unreachable_store(folder: Path, environment: dict[str, str]) -> None:
    done = govcrawl(environment | {"REDIS_URL": "redis://127.0.0.1:1/0"}, "plan", folder / "campaign.toml")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "REDIS_URL" in done.stderr


@pytest.mark.parametrize("command", ["score", "report", "status", "rebuild", "dead"])
def test_a_campaign_nobody_planned(command: str, environment: dict[str, str], tmp_path: Path) -> None:
    done = govcrawl(environment, command, "nobody", cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "nobody" in done.stderr


def test_plan_worker_status_score_report(
    folder: Path, environment: dict[str, str], urls: Urls, store: object, client: object
) -> None:
    assert govcrawl(environment, "plan", folder / "campaign.toml").returncode == 0
    status = govcrawl(environment, "status", "t-cli", "--over", "0.1")
    assert "计划 2 = 待办 2 + 在办 0 + 完成 0 + 放弃 0" in status.stdout
    scored = govcrawl(environment, "score", "t-cli")
    assert scored.returncode == 0
    assert "insufficient 1" in scored.stdout.replace("  ", " ")
    done = govcrawl(environment, "report", "t-cli", "--out", folder / "out")
    assert done.returncode == 0
    assert (folder / "out" / "bulletin.docx").exists()


def test_what_became_of_a_round_is_told_per_site(
    folder: Path, environment: dict[str, str], frontier: Frontier, store: Store
) -> None:
    govcrawl(environment, "plan", folder / "campaign.toml")
    status = govcrawl(environment, "status", "t-cli", "--over", "0.1", "--sites").stdout
    assert "5300000001  测试网站  2     2" in status.replace("  网站名称", "")
    assert "采完站点 0/1" in status
    assert "在线采集进程 0" in status

    frontier.client.flushdb()
    assert "t-cli:1: 不在队列中" in govcrawl(environment, "status", "t-cli", "--over", "0.1").stdout
    assert "完成 0 项，待办 2 项" in govcrawl(environment, "rebuild", "t-cli").stdout


def test_a_round_that_cannot_be_read_has_its_line_among_the_others(
    folder: Path, environment: dict[str, str], frontier: Frontier, store: Store
) -> None:
    govcrawl(environment, "plan", folder / "campaign.toml")
    for other in ("a-orphan", "z-other-version"):
        frontier.open_round(campaign(other), 1)
    store.save_plan(campaign("z-other-version"), [], [], [])
    store.db["campaigns"].update_one(
        {"_id": "z-other-version"}, {"$unset": {"issuer": 1}}, bypass_document_validation=True
    )
    status = govcrawl(environment, "status", "--over", "0.1", "--sites")
    assert status.returncode == 0
    assert "a-orphan:1: 无法读取" in status.stdout
    assert "z-other-version:1: 无法读取" in status.stdout
    assert "t-cli:1: 计划 2 = 待办 2" in status.stdout
    alone = govcrawl(environment, "status", "z-other-version")
    assert (alone.returncode, alone.stderr.count("\n")) == (2, 1)
    assert "issuer" in alone.stderr


def test_tasks_beyond_a_quota_are_told(
    folder: Path, environment: dict[str, str], frontier: Frontier, store: Store
) -> None:
    text = CAMPAIGN.replace("[crawl]", "[crawl]\nmax_pages = 2")
    (folder / "campaign.toml").write_text(text, encoding="utf-8")
    govcrawl(environment, "plan", folder / "campaign.toml")
    assert "超出" not in govcrawl(environment, "status", "t-cli", "--over", "0").stdout
    frontier.add("t-cli:1", [task(n) for n in range(4)])
    frontier.add("t-cli:1", [task(5, priority=3)])
    assert "超出每站上限未采 4" in govcrawl(environment, "status", "t-cli", "--over", "0").stdout


@pytest.mark.parametrize("over", ["-1", "-0.5", "bald", "nan"])
def test_a_time_that_is_none(over: str, environment: dict[str, str]) -> None:
    done = govcrawl(environment, "status", f"--over={over}")
    assert done.returncode == 2
    assert "秒" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_was_given_up_is_listed_and_revived(
    folder: Path, environment: dict[str, str], frontier: Frontier, store: Store
) -> None:
    govcrawl(environment, "plan", folder / "campaign.toml")
    leases = frontier.claim("t-cli:1", {"site": 9}, 9, "w", 60).leases
    frontier.settle([Settled(lease, "dead", reason="ValueError: 例") for lease in leases])
    listed = govcrawl(environment, "dead", "t-cli").stdout
    assert "http://127.70.0.9:9/" in listed
    assert "ValueError: 例" in listed
    assert "1 项任务重新待办" in govcrawl(environment, "dead", "t-cli", "--revive").stdout
    assert frontier.counts("t-cli:1").dead == 0
    assert frontier.claim("t-cli:1", {"site": 9}, 9, "w", 60).leases[0].attempt == 1


def test_a_spoilt_message_is_mended_by_a_rebuild(
    folder: Path, environment: dict[str, str], frontier: Frontier, store: Store
) -> None:
    govcrawl(environment, "plan", folder / "campaign.toml")
    for id_ in frontier.client.hkeys("gc:{0}:t-cli:1:t"):
        frontier.client.hset("gc:{0}:t-cli:1:t", id_, b"rubbish")
    assert frontier.claim("t-cli:1", {"site": 9}, 9, "w", 60).leases == []
    revived = govcrawl(environment, "dead", "t-cli", "--revive").stdout
    assert "1 项的消息已损坏，请运行 govcrawl rebuild" in revived
    assert govcrawl(environment, "rebuild", "t-cli").returncode == 0
    assert len(frontier.claim("t-cli:1", {"site": 9}, 9, "w", 60).leases) == 1


def test_the_number_of_partitions_is_checked(folder: Path, environment: dict[str, str], client: object) -> None:
    done = govcrawl(environment | {"GOVCRAWL_PARTITIONS": "viele"}, "plan", folder / "campaign.toml")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "GOVCRAWL_PARTITIONS" in done.stderr


def test_the_command_line_explains_itself(environment: dict[str, str]) -> None:
    done = govcrawl(environment, "--help")
    assert done.returncode == 0
    for command in (
        "run",
        "plan",
        "worker",
        "status",
        "rebuild",
        "dead",
        "score",
        "report",
        "evidence",
        "schema",
        "export",
        "demo",
    ):
        assert command in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "缺少 命令"),
        ("run", "缺少 file"),
        ("run c.toml --worker", "--worker"),
        ("run c.toml --workers 0", "--workers：须为正整数"),
        ("status --over", "--over：后须有一个值"),
        ("plan c.toml --fast", "不认识的参数 --fast"),
        ("begin", "没有 'begin'，可用的有 'run'"),
    ],
)
def test_a_command_that_is_none_is_answered_in_chinese(words: str, said: str, environment: dict[str, str]) -> None:
    done = govcrawl(environment, *words.split())
    assert done.returncode == 2
    assert said in done.stderr
    assert not any(word in done.stderr for word in ("usage", "error", "argument", "choose", "options"))


def test_a_demo_clears_no_folder_but_its_own(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "台账.xlsx").write_text("x")
    done = govcrawl(environment, "demo", "--out", tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "不会清空它" in done.stderr
    assert (tmp_path / "台账.xlsx").exists()


@pytest.mark.parametrize("words", ["standards show 2015", "schema", "--help"])
def test_a_reader_who_leaves_early_hears_no_complaint(words: str, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "govcrawl", *words.split()]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as one:
        assert one.stdout
        assert one.stderr
        one.stdout.close()
        assert one.stderr.read() == ""


def test_the_version_is_told(environment: dict[str, str]) -> None:
    assert govcrawl(environment, "--version").stdout == f"govcrawl {version('govcrawl')}\n"


def test_who_crawls_without_a_name_is_told_so(
    folder: Path, environment: dict[str, str], frontier: Frontier, store: Store
) -> None:
    environment.pop("GOVCRAWL_USER_AGENT", None)
    assert "GOVCRAWL_USER_AGENT" not in govcrawl(environment, "plan", folder / "campaign.toml").stderr  # a local try
    (folder / "campaign.toml").write_text(CAMPAIGN.partition("[crawl]")[0], encoding="utf-8")
    assert "GOVCRAWL_USER_AGENT" in govcrawl(environment, "plan", folder / "campaign.toml").stderr
    named = environment | {"GOVCRAWL_USER_AGENT": "Mozilla/5.0 (测试单位 0871-00000000)"}
    assert "GOVCRAWL_USER_AGENT" not in govcrawl(named, "plan", folder / "campaign.toml").stderr


def test_standards_are_listed_shown_and_checked(tmp_path: Path, environment: dict[str, str]) -> None:
    listed = govcrawl(environment, "standards")
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["2015@1", "2015-yunnan@1", "2019@1"]
    shown = govcrawl(environment, "standards", "show", "2019").stdout
    assert "合格线：满分100分，低于60分为不合格，超过80分的加计加分指标（最多30分）" in shown
    assert "站点无法访问（site_unreachable）  [抓取判定；已核对原文]" in shown
    assert "不计分：分值未见原文" in shown
    assert "| 2019@1 | 政务新媒体 | 4 | 0 | 3 | 1 | 2 | – | 3 |" in govcrawl(environment, "standards", "table").stdout
    own = '[pack]\nname = "own"\nversion = 2\ninherits = "2015"\n'
    (tmp_path / "own.toml").write_text(own, encoding="utf-8")
    assert "own.toml：own@2，格式正确" in govcrawl(environment, "standards", "check", "own.toml", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [(["show"], "缺少标准的名称或文件"), (["show", "2014"], "没有名为 2014 的评分标准"), (["check", "none.toml"], "找不到这个文件"), (["print"], "print")],
)  # fmt: skip
def test_standards_that_are_not_there(environment: dict[str, str], words: list[str], said: str) -> None:
    refused = govcrawl(environment, "standards", *words)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert said in refused.stderr.splitlines()[-1]


def test_a_campaign_outside_the_years_of_its_standard(folder: Path, environment: dict[str, str]) -> None:
    file = folder / "campaign.toml"
    file.write_text(CAMPAIGN.replace("2018-06-15", "2021-06-15"), encoding="utf-8")
    refused = govcrawl(environment, "plan", file)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    assert "campaign.toml:4: 标准 2015@1 自 2015-03-24 至 2019-03-31施行，本次普查截止于 2021-06-15" in refused.stderr
