"""Small makers of what the tests pass around."""

from __future__ import annotations

from datetime import date
from typing import Any

from govcrawl.contracts import Campaign, CrawlPlan, Issuer, ProbePlan, Task


def campaign(id_: str = "t-2018q2", delay_s: float = 0.0, max_pages: int = 100, **more: Any) -> Campaign:
    return Campaign(
        id_, "2018年二季度测试普查", "2015", date(2018, 4, 1), date(2018, 6, 15), Issuer("测试省人民政府办公厅", "530000"), "sites.csv",
        crawl=CrawlPlan(max_pages, 4, delay_s, ("127.0.0.0/8",), as_engine=False), probe=more.pop("probe", ProbePlan(2, 0.1, 2.0)), **more,
    )  # fmt: skip


def task(n: int = 0, host: str = "a.gov.cn", site: str = "5300000001", **more: Any) -> Task:
    return Task(**({"site": site, "kind": "site", "role": "page", "url": f"http://{host}/{n}"} | more))
