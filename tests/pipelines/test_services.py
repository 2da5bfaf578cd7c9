"""服务不实用: guides that lack four of the eight elements, counted by matter."""

from __future__ import annotations

from dataclasses import replace

import pytest

from govcrawl.reading.guides import ELEMENTS
from pipelines.standards import load_pack
from tests.pipelines.build import HOME, SITE, column, fine_with, judge, see
from tests.pipelines.test_home import of

PACK = load_pack("2019")
BOARD = column("zx", "consult", state="text")


def guide(n: int, lacks: int, *, name: str = "", url: str = "", forms: tuple[str, ...] = (), **more):
    data = {
        "name": name or f"事项{n}", "present": list(ELEMENTS[lacks:]), "missing": list(ELEMENTS[:lacks]), "forms": list(forms), "names_form": False,
    }  # fmt: skip
    return see("guide", url or f"{HOME}bszn/{n}.html", data, **more)


def judged(*guides, **more):
    return judge(fine_with(BOARD, *guides), pack=PACK, **more)


@pytest.mark.parametrize(
    ("bad", "good", "vetoes"), [(5, 0, ("service_not_useful",)), (5, 9, ("service_not_useful",)), (4, 9, ())]
)
def test_five_bad_guides(bad: int, good: int, vetoes: tuple[str, ...]):
    verdict = judged(*(guide(n, 4) for n in range(bad)), *(guide(50 + n, 3) for n in range(good)))
    assert (verdict.vetoes, len(of(verdict, "service_not_useful"))) == (vetoes, bad if vetoes else 0)
    if vetoes:
        found = of(verdict, "service_not_useful")[0]
        assert found.detail == {"title": "事项0", "missing": list(ELEMENTS[:4])}
        assert found.excerpt == f"事项0：缺少{'、'.join(ELEMENTS[:4])}"
        assert verdict.reasons == ("服务不实用",)


def test_three_missing_elements_are_not_enough():
    verdict = judged(*(guide(n, 3) for n in range(9)))
    assert (verdict.verdict, verdict.doubts) == ("pass", ())


def test_one_matter_counts_once():
    same = [guide(n, 4, name="办证") for n in range(9)]
    assert judged(*same, *(guide(90 + n, 0) for n in range(5))).verdict == "pass"
    rounds = [guide(n, 4, round=r) for n in range(4) for r in (1, 2)]
    assert judged(*rounds, *(guide(90 + n, 0) for n in range(5))).vetoes == ()


def test_the_kindest_look_at_a_matter_counts():
    mended = [guide(n, 4) for n in range(5)] + [guide(0, 0, round=2)]
    assert judged(*mended).vetoes == ()


def test_a_guide_that_may_stand_in_a_file_is_only_a_doubt():
    verdict = judged(*(guide(n, 5, forms=(f"{HOME}{n}.doc",)) for n in range(2)), *(guide(9 + n, 4) for n in range(4)))
    assert (verdict.verdict, verdict.vetoes) == ("insufficient", ())
    assert verdict.doubts == ("所见6项办事指南中6项缺少4类以上要素（部分可能在附件或其他网站），须人工核对",)


def test_few_guides_that_are_all_bad_need_a_person():
    assert judged(guide(1, 4), guide(2, 6)).verdict == "insufficient"
    assert judged(guide(1, 4), guide(2, 0)).verdict == "pass"


def test_sites_without_outside_services_and_the_census_do_not_ask():
    bad = [guide(n, 6) for n in range(9)]
    quiet = judged(*bad, site=replace(SITE, serves_public=False))
    assert (quiet.verdict, quiet.findings, quiet.doubts) == ("pass", (), ())
    assert judge(fine_with(BOARD, *bad)).findings == ()
