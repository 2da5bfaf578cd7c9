"""The two real sites, served on a loopback address and inspected as a campaign; measured against labels a person made."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from govcrawl.frontier.frontier import Frontier
from govcrawl.reading.urls import identity
from govcrawl.store import Store
from tests.govcrawl.reading.test_real_sites import NAMES, labels, unpack
from tests.pathologies import Server, served

ADDRESSES = {"daozhen": "127.70.1.1", "jspn": "127.70.1.2"}
CODES = {"daozhen": "5203250001", "jspn": "5203250002"}
CAMPAIGN = """[campaign]
id = "t-real"
title = "两个真实网站"
standard = "2019"
starts = 2020-10-01
ends = 2021-01-05
[issuer]
name = "测试省人民政府办公厅"
division = "520000"
[registry]
sites = "sites.csv"
[probe]
per_round = 3
spacing_s = 1
[crawl]
delay_s = 0.005
allow_networks = ["127.0.0.0/8"]
"""


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[dict[str, Server]]:
    if not unpack(tmp_path / "pages"):
        pytest.skip("daozhen.tar.xz and jspn.tar.xz are not here (GOVCRAWL_SITES or ../shared/sites)")
    with served(ADDRESSES["daozhen"]) as one, served(ADDRESSES["jspn"]) as two:
        for name, server in (("daozhen", one), ("jspn", two)):
            root = tmp_path / "pages" / name
            for file in root.rglob("*.html"):
                path = "/" + file.relative_to(root).as_posix()
                server.pages[path] = server.pages[path.removesuffix("index.html")] = file.read_bytes()
        yield {"daozhen": one, "jspn": two}
    shutil.rmtree(tmp_path / "pages")


@pytest.fixture
def inspected(
    tmp_path: Path, servers: dict[str, Server], environment: dict[str, str], store: Store, frontier: Frontier
) -> dict[str, dict[str, Any]]:
    """Site name → its entry of results.json."""
    rows = [f"{CODES[n]},{n},{servers[n].url()},测试局,,,正常运行,是" for n in NAMES]
    head = "网站标识码,网站名称,首页网址,主办单位,地区,层级,运行状态,对外服务"
    (tmp_path / "sites.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    (tmp_path / "campaign.toml").write_text(CAMPAIGN, encoding="utf-8")
    command = [sys.executable, "-m", "govcrawl", "run", str(tmp_path / "campaign.toml"), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))["sites"]
    return {name: next(s for s in found if s["code"] == CODES[name]) for name in NAMES}


def path_of(url: str) -> str:
    """``/x/index.html`` and ``/x/`` are one page; so is it in the labels."""
    return "/" + identity(url).partition("/")[2]


def test_two_real_sites(
    inspected: dict[str, dict[str, Any]], store: Store, servers: dict[str, Server], capsys: Any
) -> None:
    figures = []
    for name in NAMES:
        truth = labels(name)
        label = {path_of(f"http://x{c['path']}"): c for c in truth["columns"]}
        seen = {path_of(o.url): o for o in store.observations("t-real", CODES[name]) if o.kind == "column"}
        there = {
            p
            for p, c in label.items()
            if c["state"] in ("listed", "text", "channel", "blank") and c["class"] != "static"
        }
        columns = inspected[name]["columns"]
        dated = {path_of(c["url"]): c["newest"] for c in columns if label.get(path_of(c["url"]), {}).get("newest")}
        right = {p for p, newest in dated.items() if newest in (label[p]["newest"], label[p].get("newest_opened"))}
        said_blank = {path_of(c["url"]) for c in columns if c["state"] == "blank"}
        blank = {p for p, c in label.items() if c["state"] == "blank"}
        read = {
            path_of(d["url"])
            for d in store.db["pages"].find({"site": CODES[name], "outcome": "ok", "role": {"$nin": ["link", "probe"]}})
        }
        figures.append(
            f"{name}: pages {len(read)} of {truth['pages_there']}, columns {len(there & set(seen))} of {len(there)}, "
            f"newest date right {len(right)} of {len(dated)}, blank found {len(said_blank & blank)} of {len(blank)}, "
            f"wrongly said blank {len(said_blank - blank)}, verdict {inspected[name]['verdict']} {inspected[name]['reasons']}"
        )
        assert len(read) >= 0.98 * truth["pages_reachable"], figures
        assert not said_blank - blank, figures
        assert len(right) >= 0.98 * len(dated), (
            figures,
            {p: (n, label[p]["newest"]) for p, n in dated.items() if p not in right},
        )
        # what is missed on jspn are the contents pages of a journal, linked by picture: five pages of one column
        assert len(there & set(seen)) >= 0.7 * len(there), (figures, sorted(there - set(seen)))
        assert (
            "home_not_updated" not in inspected[name]["vetoes"]
        )  # both were updated: the pictures of one carry no date
        addresses = [path_of(c["url"]) for c in columns]
        assert len(addresses) == len(set(addresses))  # no column counts twice
    with capsys.disabled():
        print("\n" + "\n".join(figures))
