"""What a spider remembers of the campaigns it serves."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from govcrawl.contracts import Lease, Site, Task
from govcrawl.spiders.site import SiteSpider
from govcrawl.store import Store
from tests.govcrawl.build import campaign


class Serving(SiteSpider):
    scheduler = SimpleNamespace(rounds=[])


def lease(id_: str) -> Lease:
    return Lease(f"{id_}:1", b"x", "w", 1, Task("5300000001", "site", "column", "http://a.gov.cn/xw/"))


def test_the_sites_of_campaigns_that_are_over_are_forgotten(store: Store) -> None:
    for id_ in ("one", "two", "three"):
        site = Site("5300000001", "测试", f"http://{id_}.gov.cn/", "省直")
        store.save_plan(campaign(id_), [site], [site.code], [])
    spider = Serving()
    spider.store, spider._campaigns, spider._homes = store, {}, {}

    async def claims(*ids: str) -> None:
        spider.scheduler.rounds = [f"{id_}:1" for id_ in ids]
        for id_ in ids:
            await spider._campaign(id_)

    asyncio.run(claims("one", "two"))
    assert [spider.home(lease(id_)) for id_ in ("one", "two")] == ["http://one.gov.cn/", "http://two.gov.cn/"]
    asyncio.run(claims("two", "three"))
    assert spider._homes.keys() == {"two", "three"}
    assert spider.plan(lease("one")).max_pages == 100  # a late result of its last round may still come in
    asyncio.run(claims("one"))
    assert spider.home(lease("one")) == "http://one.gov.cn/"
