"""Messages, accounts, samples and earlier campaigns, from a clerk's files to the bulletin, over the real stores."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from govcrawl.contracts import Verdict
from govcrawl.errors import InputError
from govcrawl.plan import plan
from govcrawl.store import Store
from pipelines.stages import score, standard_trouble
from reporting.stages import report

CAMPAIGN = """[campaign]
id = "{id}"
title = "{title}"
standard = "{standard}"
starts = {starts}
ends = {ends}
[issuer]
name = "云南省人民政府办公厅"
division = "530000"
order = ["省直", "昆明", "临沧"]
[registry]
sites = "sites.csv"
{registry}
{more}
"""
SITES = """网站标识码,网站名称,首页网址,主办单位,地区,层级,运行状态,对外服务
5300000023,云南教育网,http://a.gov.cn/,省教育厅,,省级,正常运行,是
5300000024,云南警方网,http://b.gov.cn/,省公安厅,,省级,正常运行,是
5300000025,云南省审计厅,http://c.gov.cn/,省审计厅,,省级,正常运行,是
5300000057,云南省公共资源交易信息网,http://d.gov.cn/,省公共资源交易中心,,省级,正常运行,是
5309260001,耿马政府公众信息网,http://e.gov.cn/,耿马县人民政府,,县级,正常运行,是
"""
#: 附件3 of the Yunnan bulletin of 2018-06-26, one message that was in time, one whose year is missing.
MESSAGES = """留言编号,网站标识码,受理时间,办结时间,平台
201803317d76969f,5300000023,2018-04-02,2018-04-11,
20180330f4710faa,5300000024,2018/4/2,2018/4/18,
201804023229b011,5300000024,2018年4月2日,2018年4月18日,
20180516492e6aec,5300000025,2018-05-17,2018-05-23,政府网站找错
201804209b5d1c9c,5300000057,2018-04-20,2018-04-26,
20180402e44ab646,5309260001,2018-04-02,2018-04-10,
20180501aaaaaaaa,5309260001,2018-05-02,2018-05-07,曝光台
20180501bbbbbbbb,5309260001,4年2日,2018-05-07,
"""
ACCOUNTS = """名称,平台,主办单位,地区,最近更新,互动功能,备案状态,运行状态
平安示例,微信公众号,省公安厅,,2021-03-30,有,已备案,正常运行
示例审计,微信公众号,省审计厅,省直,2021-01-04,有,已备案,正常运行
临沧示例,微博,某局,临沧市,上周,有,未备案,正常运行
旧账号,微博,某局,临沧市,2019-01-01,无,未备案,已注销
"""

ON = date(2018, 6, 14)


def written(folder: Path, registry: str = "", more: str = "", **values: Any) -> Path:
    folder.mkdir(exist_ok=True)
    given = {"id": "t-reg", "title": "2018年二季度全省政府网站普查", "standard": "2015"}
    given |= {"starts": "2018-04-01", "ends": "2018-06-15"} | values
    files = {"sites": SITES, "messages": MESSAGES, "accounts": ACCOUNTS}
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="gbk")
    (folder / "campaign.toml").write_text(CAMPAIGN.format(registry=registry, more=more, **given), encoding="utf-8")
    return folder / "campaign.toml"


def done(file: Path, store: Store) -> dict[str, Any]:
    """Planned, judged, reported: results.json."""
    campaign = plan(str(file), store, standard_trouble, ON).campaign
    score(store, campaign.id, "", set())
    report(store, campaign.id, "", file.parent / "out")
    found: dict[str, Any] = json.loads((file.parent / "out" / "results.json").read_text(encoding="utf-8"))
    return found


def rows(file: Path, name: str) -> list[dict[str, str]]:
    with (file.parent / "out" / "tables" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as table:
        return list(csv.DictReader(table))


def html(file: Path) -> str:
    return (file.parent / "out" / "bulletin.html").read_text(encoding="utf-8")


def test_the_messages_of_the_yunnan_bulletin(tmp_path: Path, store: Store) -> None:
    file = written(tmp_path, 'messages = "messages.csv"')
    planned = plan(str(file), store, standard_trouble, ON)
    assert [(i.line, i.column) for i in planned.issues if i.fatal] == [(9, "受理时间")]
    found = done(file, store)
    late = rows(file, "messages_late")
    assert [row["留言编号"] for row in late] == [
        "201803317d76969f", "20180330f4710faa", "201804023229b011", "20180516492e6aec", "201804209b5d1c9c", "20180402e44ab646",
    ]  # fmt: skip
    assert {row["办理情况"] for row in late} == {"超期办结"}
    assert late[-1]["州、市/部门"] == "临沧"
    assert found["messages"]["platforms"][-1]["按期办结率"] == "14%"
    assert (
        "“政府网站找错”平台共受理网民有效留言6条，其中超期办结6条；“曝光台”平台共受理网民有效留言1条，均按期办结。"
        in html(file)
    )
    assert store.db["message_verdicts"].count_documents({"campaign": "t-reg", "state": "late"}) == 6


def test_planned_again_without_them_they_are_gone(tmp_path: Path, store: Store) -> None:
    assert "messages" in done(written(tmp_path, 'messages = "messages.csv"'), store)
    file = written(tmp_path)
    assert "messages" not in done(file, store)
    assert not (tmp_path / "out" / "tables" / "messages_late.csv").exists()
    assert "网民留言" not in html(file)
    assert store.messages("t-reg") == store.message_verdicts("t-reg") == []


def test_accounts_under_2019(tmp_path: Path, store: Store) -> None:
    file = written(
        tmp_path, 'accounts = "accounts.csv"', standard="2019", title="2021年一季度普查", starts="2021-01-01", ends="2021-03-31"
    )  # fmt: skip
    found = done(file, store)
    outcomes = {a["name"]: a["verdict"] for a in found["accounts"]["accounts"]}
    assert outcomes == {
        "平安示例": "pass", "示例审计": "fail", "临沧示例": "insufficient", "旧账号": "not_checked",
    }  # fmt: skip
    assert [(row["名称"], row["存在问题"]) for row in rows(file, "accounts_failed")] == [("示例审计", "内容不更新")]
    assert [(row["名称"], row["存在问题"]) for row in rows(file, "accounts_faults")] == [("临沧示例", "未备案")]
    assert "在运行政务新媒体3个" in html(file)


def test_accounts_under_2015_are_told_in_one_sentence(tmp_path: Path, store: Store) -> None:
    file = written(tmp_path, 'accounts = "accounts.csv"')
    found = done(file, store)
    assert "accounts" not in found
    assert html(file).count("政务新媒体") == 2  # one sentence
    assert "普查文件所列政务新媒体4个未评判：标准2015@" in html(file)


def test_a_file_that_is_not_there(tmp_path: Path, store: Store) -> None:
    for name in ("messages", "accounts"):
        with pytest.raises(InputError, match="文件打不开"):
            plan(str(written(tmp_path, f'{name} = "elsewhere.csv"')), store, standard_trouble, ON)
    assert store.db["campaigns"].count_documents({}) == 0


def test_against_the_last_campaign(tmp_path: Path, store: Store) -> None:
    first = written(
        tmp_path / "q1", id="t-q1", title="2018年一季度全省政府网站普查", starts="2018-01-01", ends="2018-03-15"
    )
    plan(str(first), store, standard_trouble, ON)
    score(store, "t-q1", "", set())
    (one,) = {v.pack for v in store.verdicts("t-q1", next(iter(store.db["verdicts"].distinct("pack")))).values()}
    failed = {"vetoes": ("columns_blank",), "reasons": ("多个栏目空白",)}
    last = Verdict("t-q1", "5300000023", one, date(2018, 3, 15), "fail", **failed)
    good = Verdict("t-q1", "5300000024", one, date(2018, 3, 15), "pass", deductions=0.0)
    store.save_verdicts([last, good])

    file = written(
        tmp_path / "q2",
        'previous = ["t-q1", "t-lost"]',
        '[scope]\nmode = "sample"\nratio = 0.3\nalways = ["previous_failed"]',
    )
    campaign = plan(str(file), store, standard_trouble, ON).campaign
    assert "5300000023" in {s.code for s in store.sites(campaign.id, chosen_only=True)}
    score(store, campaign.id, "", set())
    judged = store.verdicts(campaign.id, one)
    again = replace(judged["5300000023"], verdict="fail", doubts=(), **failed)
    store.save_verdicts([again])
    report(store, campaign.id, "", file.parent / "out")
    assert [(row["网站标识码"], row["上次存在问题"], row["变化"]) for row in rows(file, "changes")] == [
        ("5300000023", "多个栏目空白", "仍未整改到位")
    ]
    assert [row["合格率"] for row in rows(file, "trend")] == ["50%", "0%"]
    checked = sum(v.verdict != "not_checked" for v in judged.values())
    assert rows(file, "sample")[-1]["检查网站数"] == str(checked)
    assert f"抽查比例为{checked * 20}%" in html(file)
    assert "总体合格率由50%变为0%，下降50个百分点" in html(file)
    assert "普查文件所列以往检查t-lost没有已存的评判，未作对比" in html(file)
