"""The bench of scoring judges what it made, and tells it for ten thousand sites."""

from __future__ import annotations

from govcrawl.store import Store
from tests.bench.scoring import SHAPE, measure

UNSEEN = ("nothing", "outward", "visits")  #: of these no observation tells


def test_made_sites_are_judged_from_the_store(store: Store) -> None:
    found = measure(store, 2)
    assert (found.sites, found.observations) == (2, 2 + sum(n for what, n in SHAPE.items() if what not in UNSEEN))
    assert 0 < found.judging < found.cpu < 10
    assert found.server > 0
    assert store.db["verdicts"].count_documents({"verdict": "pass"}) == 2
    links = [{link["url"] for link in one["links"]} for one in store.db["traces"].find()]
    assert [len(urls) for urls in links] == [SHAPE["outward"]] * 2
    assert len(links[0] - links[1]) == 1
    assert list(found.lines())[1].startswith("a site: ")
