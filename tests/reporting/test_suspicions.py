"""名录核对: a table of its own in the spreadsheets, none of the bulletin's figures."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO

import openpyxl
import pytest

from govcrawl.contracts import Suspicion
from govcrawl.errors import Irreconcilable
from reporting.annexes import annexes, reconcile
from reporting.snapshot import Snapshot
from reporting.suspicions import HEADER
from reporting.write import contents
from tests.reporting.made_up import result, snapshot

FOUND = (
    Suspicion(
        "unregistered_site",
        "slj.km.gov.cn",
        "http://slj.km.gov.cn/",
        "=昆明市水利局",
        "名录中没有",
        linked_by=2,
        example="http://a.cn/",
    ),
    Suspicion("gone", "a.km.gov.cn", "http://a.km.gov.cn/", "甲网", "首页公告称网站已关停", "5301000001", "昆明"),
    Suspicion(
        "unregistered_site",
        "b.km.gov.cn",
        "http://b.km.gov.cn/",
        "乙网",
        "名录中没有",
        linked_by=9,
        example="http://a.cn/",
    ),
)


def with_found(*found: Suspicion) -> Snapshot:
    return replace(snapshot(result()), suspicions=found)


def test_a_campaign_without_any_has_no_such_table() -> None:
    assert "suspicions" not in {table.key for table in annexes(with_found())}
    assert not {"tables/suspicions.csv"} & contents(with_found()).keys()


def test_the_rows_stand_by_kind_and_by_how_many_sites_link() -> None:
    (table,) = (t for t in annexes(with_found(*FOUND)) if t.key == "suspicions")
    assert table.header == HEADER
    assert [(row[1], row[2], row[8]) for row in table.rows] == [
        ("违规关停", "a.km.gov.cn", ""), ("未纳入监管", "b.km.gov.cn", 9), ("未纳入监管", "slj.km.gov.cn", 2),
    ]  # fmt: skip
    assert not table.annex
    assert "须人工核实，不计入任何网站的评判" in table.note


def test_every_file_has_it_but_the_bulletin_and_no_figure_changes() -> None:
    files, without = contents(with_found(*FOUND)), contents(with_found())
    assert "'=昆明市水利局" in files["tables/suspicions.csv"].decode("utf-8-sig")
    assert "名录核对" in openpyxl.load_workbook(BytesIO(files["tables.xlsx"])).sheetnames
    assert files["bulletin.html"] == without["bulletin.html"]
    assert files["tables/summary.csv"] == without["tables/summary.csv"]
    told = json.loads(files["results.json"])["suspicions"]
    assert [(one["kind"], one["site"]) for one in told] == [(one.kind, one.site) for one in FOUND]


def test_a_row_of_another_register_is_not_printed() -> None:
    one = with_found(replace(FOUND[1], site="9999999999"))
    with pytest.raises(Irreconcilable, match="名录核对 9999999999"):
        reconcile(one, annexes(one))
