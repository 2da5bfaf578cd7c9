"""The framework of checks: found by their files, bounded, harmless to each other; one finding for each fault."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.utils.test import get_crawler

from govcrawl.contracts import Observation
from pipelines import checks
from pipelines.allowed import Allowed, in_use, taught, written
from pipelines.checks import MAX_SIGHTINGS, Look, Sighting, look_at
from pipelines.observe import ObservePipeline, observe
from pipelines.standards import load_pack
from tests.pipelines.build import HOME, SITE, fine_with, judge, see
from tests.pipelines.test_observe import facts, result

PAGE = Look(result().lease.task, result().page, facts())


def check(name: str, look: Any) -> Any:
    return SimpleNamespace(NAME=name, INDICATORS=("typo",), look=look)


def without_end(_: Look) -> Iterator[Sighting]:
    return (Sighting("typo", "", {}, str(n)) for n in count())


def broken(_: Look) -> Iterator[Sighting]:
    yield Sighting("typo", "", {}, "before")
    raise ValueError("odd page")


def typo(page: str, key: str = "案列→案例", *, round: int = 1, indicator: str = "typo", **detail: Any) -> Observation:
    told = {"wrong": "案列", "right": "案例", **detail}
    data = {"check": "typos", "indicator": indicator, "detail": told, "span": [0, 2]}
    return see("check", HOME + page, data, key=f"{indicator} {key}", excerpt="典型案列", round=round)


def found(*seen: Observation, **more: Any) -> list[Any]:
    return [
        f
        for f in judge(fine_with(*seen), **more).findings
        if f.indicator in ("typo", "serious_error", "security_incident")
    ]


def test_every_file_of_the_folder_is_a_check() -> None:
    folder = Path(checks.__file__).parent
    files = {path.stem for path in folder.glob("[a-z]*.py")} | {p.name for p in folder.glob("[a-z]*") if p.is_dir()}
    assert {c.__name__.rpartition(".")[2] for c in checks.checks()} == files  # type: ignore[attr-defined]
    assert all(c.NAME and c.INDICATORS for c in checks.checks())


def test_a_check_that_raises_stops_neither_the_page_nor_the_others() -> None:
    looked = look_at(PAGE, lambda: (check("a", broken), check("b", without_end)))
    assert list(looked.failed) == ["a"]
    assert [name for name, _ in looked.sightings] == ["b"] * MAX_SIGHTINGS


@pytest.mark.parametrize("detail", [{"words": object()}, {"words": "\ud800"}], ids=["no JSON", "half a letter"])
def test_what_could_not_be_stored_is_a_failure_of_its_check(detail: dict[str, Any]) -> None:
    odd = check("a", lambda _: iter([Sighting("typo", "", detail, "k")]))
    looked = look_at(PAGE, lambda: (odd, check("b", without_end)))
    assert list(looked.failed) == ["a"]
    assert {name for name, _ in looked.sightings} == {"b"}


FILES = {
    "whole.py": "NAME = 'whole'\nINDICATORS = ('typo',)\ndef look(page):\n    return iter(())\n",
    "broken.py": "NAME = 'broken'\ndef look(page:\n",
    "raises.py": "import nothing_of_this_name\n",
    "bare.py": "NAME = 'bare'\n",
    "unprepared.py": "NAME = 'unprepared'\nINDICATORS = ()\ndef look(page):\n    return iter(())\ndef prepare():\n    raise OSError('no list')\n",
    "_helper.py": "raise ValueError\n",
}


def test_a_file_that_is_no_check_stops_nothing_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name, source in FILES.items():
        (tmp_path / name).write_text(source, encoding="utf-8")
    monkeypatch.setattr(checks, "__path__", [str(tmp_path)])
    monkeypatch.setattr(checks, "checks", checks.checks.__wrapped__)
    with caplog.at_level(logging.ERROR):
        assert [c.NAME for c in checks.checks()] == ["unprepared", "whole"]
        checks.prepare()
    said = "\n".join(caplog.messages)
    assert "pipelines/checks/broken.py 无法载入（第2行" in said
    assert "pipelines/checks/raises.py 无法载入" in said
    assert "pipelines/checks/bare.py 缺少 INDICATORS、look" in said
    assert "检查项 unprepared 未能准备（no list）" in said
    for name in FILES:
        sys.modules.pop(f"pipelines.checks.{name.removesuffix('.py')}", None)


def test_a_failure_is_logged_with_the_page_and_counted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("pipelines.observe.checks", lambda: (check("a", broken),))
    crawler = get_crawler()
    pipeline = ObservePipeline.from_crawler(crawler)
    one = result(facts=facts())
    with caplog.at_level(logging.ERROR):
        seen = list(observe(one, lambda name, error: pipeline._failed(one, name, error)))
    assert [o.kind for o in seen] == ["footer"]
    assert one.page.url in caplog.text
    assert crawler.stats.get_value("checks/a/failed") == 1


def test_what_a_check_sees_is_an_observation(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Sighting("typo", "典型案列", {"wrong": "案列", "right": "案例"}, "案列", (2, 4))
    monkeypatch.setattr("pipelines.observe.checks", lambda: (check("a", lambda _: iter([seen])),))
    (one,) = [o for o in observe(result(facts=facts())) if o.kind == "check"]
    assert one.data == {"check": "a", "indicator": "typo", "detail": seen.detail, "span": [2, 4]}
    assert (one.key, one.excerpt) == ("typo 案列", "典型案列")


def test_the_same_fault_on_many_pages_is_one_finding() -> None:
    (one,) = found(typo("long/page.html"), typo("b.html"), typo("a.html"))
    assert (one.url, one.detail["pages"], one.excerpt) == (f"{HOME}a.html", 3, "典型案列")
    (other,) = found(typo("b.html"))
    assert other.id == one.id
    assert "pages" not in other.detail


def test_only_the_last_round_counts() -> None:
    assert found(typo("a.html", round=1), see("footer", HOME, fine_with()[1].data, round=2)) == []
    assert len(found(typo("a.html", round=1), typo("a.html", round=2))) == 1


@pytest.mark.parametrize(
    ("pack", "serious"), [("2015", "serious_error"), ("2015-yunnan", "serious_error"), ("2019", "security_incident")]
)
def test_no_pack_fails_a_site_before_a_person_has_confirmed_it(pack: str, serious: str) -> None:
    seen = fine_with(typo("a.html"), typo("b.html", "中华人民共合国", indicator="serious_error"))
    verdict = judge(seen, pack=load_pack(pack))
    assert {f.indicator for f in verdict.findings} >= {"typo", serious}
    assert verdict.vetoes == ()


def test_words_of_the_campaign_file_are_allowed_for_all_or_for_one_site() -> None:
    for entry in ("典型案列", f"{SITE.code}:典型案列", f"{SITE.code}：案列"):
        assert found(typo("a.html"), allowed=Allowed(written([entry]))) == []
    for entry in ("5399999999:典型案列", "案例", "档案列表"):
        assert len(found(typo("a.html"), allowed=Allowed(written([entry])))) == 1


def test_a_dismissed_finding_stays_and_teaches() -> None:
    (one,) = found(typo("a.html", term="典型案列"))
    gone = replace(one, review="dismissed")
    (still,) = found(typo("a.html", term="典型案列"), allowed=taught([gone]))
    assert still.id == one.id  # what a person has seen isn't made to vanish
    assert found(typo("b.html", "又一句", term="典型案列"), allowed=taught([gone])) == []
    assert len(found(typo("b.html", "又一句"), allowed=taught([one]))) == 1, "only dismissed ones teach"


def test_what_three_sites_had_dismissed_is_right_everywhere() -> None:
    (one,) = found(typo("a.html", term="典型案列"))
    others = [replace(one, site=f"530000000{n}", id=str(n), review="dismissed") for n in range(3)]
    assert len(found(typo("a.html"), allowed=taught(others[:2]))) == 1
    assert found(typo("a.html"), allowed=taught(others)) == []


def test_a_term_in_different_sentences_of_three_sites_is_in_use() -> None:
    detail = {"term": "减证便民", "confidence": 0.95}
    seen = [(f"530000000{n}", f"第{n}句", detail) for n in range(3)]
    assert in_use(seen) == {("", "减证便民")}
    assert not in_use(seen[:2])
    assert not in_use([(site, "转载的同一句", detail) for site, _, _ in seen]), (
        "one sentence that was copied is one witness"
    )
    assert not in_use([(site, text, detail | {"confidence": 1.0}) for site, text, _ in seen]), "certain ones stay wrong"


def test_attachments_that_were_not_read_are_named_and_accuse_nobody() -> None:
    def left(page: str, count: int, round: int = 1) -> Observation:
        data = {
            "outcome": "left_out",
            "status": 200,
            "role": "file",
            "name": "",
            "cls": "other",
            "level": 0,
            "count": count,
        }
        return see("unread", HOME + page, data, round=round, key="file")

    told = judge(fine_with(left("a/", 3), left("b.xlsx", 1)))
    assert (told.verdict, [d for d in told.doubts if "附件" in d]) == (
        "pass", ["4个可能含名单的附件未能读取，未检查其中有无个人隐私"],
    )  # fmt: skip
    later = see("check", HOME, {"check": "x", "indicator": "x", "detail": {}, "span": None}, round=2, key="x")
    assert not [d for d in judge(fine_with(left("a/", 3), later)).doubts if "附件" in d]
