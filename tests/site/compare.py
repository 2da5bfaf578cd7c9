"""Compares what an engine found in the sample province with what was planted there:

    python tests/site/compare.py truth.json results.json

A verdict, its vetoes, the designed deductions or the totals that differ are errors (exit status 1).  Differing columns, dead
links and identity marks are only told: they show why a verdict is as it is.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def errors(truth: dict[str, Any], results: dict[str, Any]) -> Iterator[str]:
    """One line for every decisive difference."""
    for key, planted in truth["total"].items():
        if (found := results["total"][key]) != planted:
            yield f"总计 {key}：应为{planted}，得{found}"
    sites = {s["code"]: s for s in results["sites"]}
    for code, planted in truth["sites"].items():
        found = sites.get(code, {"verdict": "not_checked", "vetoes": [], "deductions": None})
        yield from (f"{code} {planted['name']}（{planted['why']}）{line}" for line in _verdict(planted, found))
    yield from (f"{code} 登记册中没有" for code in sorted(sites.keys() - truth["sites"].keys()))


def _verdict(planted: dict[str, Any], found: dict[str, Any]) -> Iterator[str]:
    for key in ("verdict", "vetoes"):
        if found[key] != planted[key]:
            doubts = f"；{'；'.join(found['doubts'])}" if found.get("doubts") else ""
            yield f"{key}：应为{planted[key]}，得{found[key]}{doubts}"
    if "deductions" in planted and str(found["deductions"]).removesuffix(".0") != planted["deductions"]:
        yield f"扣分：应为{planted['deductions']}，得{found['deductions']}"


def notes(truth: dict[str, Any], results: dict[str, Any]) -> Iterator[str]:
    """One line for every difference in what the verdicts rest on."""
    sites = {s["code"]: s for s in results["sites"]}
    wanted = {(code, one["suspicion"]) for code, one in truth["sites"].items() if "suspicion" in one}
    told = {(one["site"], one["kind"]) for one in results.get("suspicions", ())}
    yield from (f"{code} 名录核对与预设不同：{kind}" for code, kind in sorted(wanted ^ told))
    for code, planted in truth["sites"].items():
        if code in sites and sites[code]["verdict"] != "not_checked":
            yield from (f"{code} {planted['name']} {line}" for line in _grounds(planted, sites[code]))


def _grounds(planted: dict[str, Any], found: dict[str, Any]) -> Iterator[str]:
    columns = {c["name"]: c for c in found["columns"]}
    for column in planted["columns"]:
        seen = columns.get(column["name"], {})
        for key in ("class", "state", "newest"):
            if seen.get(key) != column[key]:
                yield f"栏目“{column['name']}”{key}：应为{column[key]}，得{seen.get(key, '未见')}"
    dead = {f["url"]: f["detail"]["on_home"] for f in _of(found, "dead_link")}
    wanted = {d["url"]: d["on_home"] for d in planted["dead_links"]}
    yield from (f"未发现死链 {url}" for url in sorted(wanted.keys() - dead.keys()))
    yield from (f"误报死链 {url}" for url in sorted(dead.keys() - wanted.keys()))
    yield from (f"死链位置有误 {url}" for url in sorted(wanted.keys() & dead.keys()) if wanted[url] != dead[url])
    missing = sorted({m for f in _of(found, "missing_identity") for m in f["detail"]["missing"]})
    if missing != planted["missing_identity"]:
        yield f"缺少标识：应为{planted['missing_identity']}，得{missing}"
    codes = [f["detail"]["site_code_shown"] for f in _of(found, "missing_identity") if "site_code_shown" in f["detail"]]
    if codes != [code for key, code in planted.items() if key == "code_shown"]:
        yield f"所示标识码：应为{planted.get('code_shown', '本站的')}，得{codes}"
    reposts = [duty["state"] for duty in found.get("duties", ()) if duty["kind"] == "repost"]
    if "reposted" in planted and reposts != [planted["reposted"]]:
        yield f"转载：应为{planted['reposted']}，得{reposts}"


def _of(found: dict[str, Any], indicator: str) -> list[dict[str, Any]]:
    return [f for f in found["findings"] if f["indicator"] == indicator]


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares results with the planted truth.")
    parser.add_argument("truth", type=Path)
    parser.add_argument("results", type=Path)
    args = parser.parse_args()
    truth, results = (json.loads(path.read_text(encoding="utf-8")) for path in (args.truth, args.results))
    wrong, told = list(errors(truth, results)), list(notes(truth, results))
    for line in told:
        print(f"提示  {line}")
    for line in wrong:
        print(f"不符  {line}")
    print(f"与样例省的预设相比：{len(truth['sites'])}个网站，{len(wrong)}处结论不符，{len(told)}处细节不同")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
