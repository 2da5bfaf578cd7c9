"""A whole run on a site that publishes numbers of persons: nowhere but in the stored exchanges are they whole."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import redis

from govcrawl import services, settings
from govcrawl.cli import main
from govcrawl.rendering.masks import masked_page
from govcrawl.store import Store
from tests.govcrawl.test_files import xlsx
from tests.govcrawl.test_run import CAMPAIGN
from tests.pathologies import Server, served
from tests.pipelines.checks.invented import card, filled, identity, mobile, name

HEAD = "网站标识码,网站名称,首页网址,主办单位,地区,层级,运行状态,对外服务"
LISTED = "".join(
    f"<tr><td>{{{{name {n}}}}}</td><td>{{{{id {n}}}}}</td><td>{{{{mobile {n}}}}}</td></tr>" for n in range(1, 5)
)
PAGES = {
    "/": '<ul><li><a href="/gs/t20180501_1.html">低保名单公示</a><span>2018-05-01</span></li>'
    '<li><a href="/gs/t20180502_2.html">请致电{{mobile 30}}咨询</a><span>2018-05-02</span></li></ul>'
    '<a href="/gs/P020180501.xlsx">2018年补贴发放表</a><a href="/q?id={{id 31}}">{{id 32}}</a><a href="/bad.xlsx">附件名单</a>',
    "/gs/t20180501_1.html": f"<h1>低保名单公示</h1><p>发布时间：2018-05-01</p><table><tr><td>姓名</td><td>身份证号</td><td>电话</td></tr>{LISTED}"
    "</table><p>{{name 9}}，女，家庭住址：昆明市太平路12号3栋501室，银行卡号：{{card 9}}。</p>",
    "/gs/t20180502_2.html": "<h1>请致电{{mobile 30}}咨询</h1><p>发布时间：2018-05-02</p><p>联系人：{{name 30}} {{mobile 30}}</p>",
}  # fmt: skip
WHOLE = [*(made(n) for made in (identity, mobile) for n in (1, 2, 3, 4, 21, 22, 30, 31, 32)), card(9)]


@dataclass(frozen=True)
class Case:
    folder: Path
    urls: services.Urls

    def findings(self) -> list[dict[str, Any]]:
        (site,) = json.loads((self.folder / "out/results.json").read_text("utf-8"))["sites"]
        return [f for f in site["findings"] if f["indicator"] == "privacy_leak"]


@pytest.fixture(scope="module")
def case(urls: services.Urls, tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("private")
    with redis.Redis.from_url(urls.redis) as client:
        client.flushdb()
    store = Store(urls.mongodb)
    for collection in store.db.list_collection_names():
        store.db[collection].delete_many({})
    store.close()
    with served("127.70.6.9") as server:
        _publish(server)
        (folder / "campaign.toml").write_text(CAMPAIGN.format(visits=1, spacing=0.2), encoding="utf-8")
        (folder / "sites.csv").write_text(f"{HEAD}\n5300000001,测试网站,{server.url()},测试局,,,正常运行,是\n", "utf-8")
        environment = os.environ | urls.environment() | {"GOVCRAWL_HOME": str(folder / "home")}
        command = [sys.executable, "-m", "govcrawl", "run", "campaign.toml", "--workers", "1"]
        subprocess.run(command, env=environment, cwd=folder, capture_output=True, timeout=150, check=True)
    return Case(folder, urls)


def _publish(server: Server) -> None:
    for path, body in PAGES.items():
        html = f"<html><head><meta charset='utf-8'><title>测试网站</title></head><body>{filled(body)}</body></html>"
        server.pages[path] = html
    rows = [["姓名", "身份证号", "电话"], *([name(n), identity(n), int(mobile(n))] for n in (21, 22))]
    server.pages["/gs/P020180501.xlsx"] = xlsx(rows)
    server.pages["/bad.xlsx"] = b"PK" + bytes(2000)


def whole(text: str) -> list[str]:
    return [number for number in WHOLE if number in text]


def test_the_findings_name_page_kind_and_masked_numbers(case: Case) -> None:
    found = {(f["url"].rpartition("/")[2], f["detail"]["kind"]): f["detail"] for f in case.findings()}
    assert {key: detail["count"] for key, detail in found.items()} == {
        ("t20180501_1.html", "id_card"): 4, ("t20180501_1.html", "mobile"): 4, ("t20180501_1.html", "bank_card"): 1,
        ("t20180501_1.html", "address"): 1, ("P020180501.xlsx", "id_card"): 2, ("P020180501.xlsx", "mobile"): 2,
    } | {key: 1 for key in found if not key[0].endswith(("html", "xlsx"))}  # fmt: skip
    assert found["t20180501_1.html", "mobile"]["masked"] == f"139****{mobile(1)[-4:]}"


def test_reports_and_logs_show_none_whole(case: Case) -> None:
    files = [f for f in case.folder.rglob("*") if f.is_file() and not f.name.endswith(".warc.gz")]
    assert {"results.json", "bulletin.html", "ledger.xlsx"} <= {f.name for f in files}
    assert not [f for f in files if whole(f.read_bytes().decode("utf-8", "replace"))]
    assert any((case.folder / "home/logs").iterdir())


def test_the_store_shows_none_whole_but_in_addresses_to_be_asked(case: Case) -> None:
    store = Store(case.urls.mongodb)
    stored = {c: list(store.db[c].find({})) for c in store.db.list_collection_names()}
    store.close()
    assert stored["observations"]
    asked = [(page.pop("url"), page.pop("task"), page.pop("children")) for page in stored["pages"]]
    assert identity(31) in str(asked)
    assert whole(str(stored)) == []
    assert whole(str(asked)) == [identity(31)]


def test_the_stored_exchange_is_as_it_came(case: Case) -> None:
    kept = b"".join(gzip.decompress(f.read_bytes()) for f in (case.folder / "home/evidence").rglob("*.warc.gz"))
    assert mobile(1).encode() in kept


def test_evidence_shows_place_and_words_masked(case: Case, tmp_path: Path) -> None:
    for finding in case.findings():
        out = StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(out):
            for variable, value in case.urls.environment().items():
                patch.setenv(variable, value)
            patch.setattr(settings, "EVIDENCE_DIR", str(case.folder / "home/evidence"))
            patch.setattr(settings, "CHROMIUM", "none")
            assert main(["evidence", finding["id"], "--out", str(tmp_path / finding["id"])]) == 0
        assert whole(out.getvalue()) == []
        assert "*" in out.getvalue().partition("【")[2].partition("】")[0], out.getvalue()
    kept = [f for f in tmp_path.rglob("*") if f.is_file()]
    assert kept
    assert all(f.stat().st_mode & 0o077 == 0 for f in kept)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("<p>电话13900012345</p>", "<p>电话139****2345</p>"),
        ("<b>139</b><i class='x1'>0001</i>2345", "<b>139</b><i class='x1'>****</i>2345"),
        ("<p>&#49;&#51;&#57;00012345</p>", "<p>139****2345</p>"),
        ("<p>139 0001 2345", "<p>139 **** 2345"),
        ("<iframe src='/zw/13.html'></iframe>", "<iframe src='/zw/13.html'></iframe>"),
    ],
)
def test_a_picture_is_drawn_from_a_masked_source(source: str, shown: str) -> None:
    assert masked_page(source) == shown
