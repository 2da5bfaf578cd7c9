"""Comparing results with the planted truth."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path

import compare
from looking import HERE, PROVINCE_HERE


def perfect(truth: dict) -> dict:
    """Results of an engine that sees everything."""
    sites = [
        {
            "code": code, "verdict": s["verdict"], "vetoes": s["vetoes"], "columns": s["columns"],
            "deductions": float(s["deductions"]) if "deductions" in s else None,
            "findings": [{"indicator": "dead_link", "url": d["url"], "detail": {"on_home": d["on_home"]}} for d in s["dead_links"]]
            + [{"indicator": "missing_identity", "url": "", "detail": {"missing": s["missing_identity"]}}],
        }
        for code, s in truth["sites"].items()
    ]  # fmt: skip
    return {"total": dict(truth["total"]), "sites": copy.deepcopy(sites)}


def test_compare_finds_nothing_in_perfect_results() -> None:
    truth = PROVINCE_HERE.truth("x")
    assert list(compare.errors(truth, perfect(truth))) == []
    assert list(compare.notes(truth, perfect(truth))) == []


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
