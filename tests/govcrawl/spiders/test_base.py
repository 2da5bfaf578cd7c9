"""What a spider remembers of the campaigns it serves, and how it takes an answer's headers."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from scrapy.http import Headers, Response

from govcrawl.contracts import Lease, Site, Task
from govcrawl.spiders.base import headers_of
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


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        (b"/a/b.asp?x=1", "/a/b.asp?x=1"),
        ("/通知/?lm=公告#x".encode(), "/通知/?lm=公告#x"),
        ("/通知/?lm=公告&p=%20#x".encode("gbk"), "/%CD%A8%D6%AA/?lm=%B9%AB%B8%E6&p=%20#x"),
    ],
)
def test_an_address_in_gbk_keeps_its_bytes(raw: bytes, address: str) -> None:
    response = Response(
        "http://a.gov.cn/", 302, Headers([(b"location", raw), (b"X-Powered-By", "某公司".encode("gbk"))])
    )
    assert dict(headers_of(response)) == {"Location": address, "X-Powered-By": "某公司"}
