"""Comparing results with the planted truth."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path

import compare
import inputs
from looking import HERE, PROVINCE_HERE


def _code(planted: dict) -> dict:
    return {"site_code_shown": planted["code_shown"]} if "code_shown" in planted else {}


def perfect(truth: dict) -> dict:
    """Results of an engine that sees everything."""
    sites = [
        {
            "code": code, "verdict": s["verdict"], "vetoes": s["vetoes"], "columns": s["columns"],
            "deductions": float(s["deductions"]) if "deductions" in s else None,
            "findings": [{"indicator": "dead_link", "url": d["url"], "detail": {"on_home": d["on_home"]}} for d in s["dead_links"]]
            + [{"indicator": "missing_identity", "url": "", "detail": {"missing": s["missing_identity"]} | _code(s)}],
            "duties": [{"kind": "repost", "state": s["reposted"]}] if "reposted" in s else [],
        }
        for code, s in truth["sites"].items()
    ]  # fmt: skip
    suspicions = [{"site": code, "kind": s["suspicion"]} for code, s in truth["sites"].items() if "suspicion" in s]
    return {"total": dict(truth["total"]), "sites": copy.deepcopy(sites), "suspicions": suspicions}


def test_compare_finds_nothing_in_perfect_results() -> None:
    truth = PROVINCE_HERE.truth("x")
    assert list(compare.errors(truth, perfect(truth))) == []
    assert list(compare.notes(truth, perfect(truth))) == []


def test_compare_tells_of_a_code_and_of_a_repost() -> None:
    truth = inputs.with_reposts(PROVINCE_HERE.truth("x"), PROVINCE_HERE)
    assert {s["reposted"] for s in truth["sites"].values() if "reposted" in s} == {"seen", "late", "not_seen"}
    results = perfect(truth)
    assert list(compare.notes(truth, results)) == []
    by_code = {s["code"]: s for s in results["sites"]}
    by_code["5301009001"]["findings"][-1]["detail"].pop("site_code_shown")
    by_code["5300009001"]["duties"] = []
    assert [n.split(" ")[-1].partition("：")[0] for n in compare.notes(truth, results)] == ["转载", "所示标识码"]


def test_compare_tells_what_the_register_and_the_web_were_to_disagree_about() -> None:
    truth = PROVINCE_HERE.truth("x")
    results = perfect(truth) | {"suspicions": [{"site": "5300009001", "kind": "gone"}]}
    wanted = ("5300009001 名录核对与预设不同：gone", "5301009007 名录核对与预设不同：closed_but_running")
    assert tuple(compare.notes(truth, results)) == wanted


def test_compare_tells_every_kind_of_difference(tmp_path: Path) -> None:
    truth = PROVINCE_HERE.truth("x")
    results = perfect(truth)
    by_code = {s["code"]: s for s in results["sites"]}
    by_code["5300009001"] |= {"verdict": "fail", "vetoes": ["columns_blank"]}
    by_code["5301009003"]["deductions"] = 40.0
    by_code["5323009002"]["findings"].pop(0)
    by_code["5301009001"]["columns"][0]["state"] = "stale"
    results["total"]["failed"] += 1
    assert [e[:10] for e in compare.errors(truth, results)] == [
        "总计 failed：",
        "5300009001",
        "5300009001",
        "5301009003",
    ]
    assert [n[:10] for n in compare.notes(truth, results)] == ["5301009001", "5323009002"]
    for name, data in (("truth", truth), ("results", results)):
        (tmp_path / name).write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    command = [sys.executable, str(HERE / "compare.py"), str(tmp_path / "truth"), str(tmp_path / "results")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1
