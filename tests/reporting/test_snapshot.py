from dataclasses import replace

from made_up import ISSUER, finding, reporting_as, result, site, snapshot

from reporting.snapshot import group_order, registered_code


def test_results_stand_in_the_order_of_the_groups_then_codes():
    shuffled = [
        result("row-10", group="滇中新区"),
        result("5309000040", group="临沧"),
        result("row-9", group="滇中新区"),
        result("5300000010", group="省直"),
        result("5309000002", group="临沧"),
    ]
    codes = [r.site.code for r in snapshot(*shuffled).results]
    assert codes == ["5300000010", "5309000002", "5309000040", "row-9", "row-10"]
    assert snapshot(*reversed(shuffled)) == snapshot(*shuffled)


def test_the_issuers_own_come_first_and_unnamed_groups_follow_by_code():
    sites = [
        site("5325000001", "红河"),
        site("5303000001", "曲靖"),
        site("5300000001", "省直"),
        site("5301000001", "昆明"),
    ]
    assert group_order(replace(ISSUER, order=("昆明", "玉溪")), sites) == ("省直", "昆明", "曲靖", "红河")
    assert group_order(replace(ISSUER, order=("昆明", "省直")), sites) == ("昆明", "省直", "曲靖", "红河")
    assert group_order(replace(ISSUER, order=()), sites[:2]) == ("曲靖", "红河")


def test_a_snapshot_is_printable():
    made = snapshot(result(name="网\x00站\ud800", findings=(finding("typo", excerpt="a\x0bb"),)), notes=("注\u202e意",))
    assert made.results[0].site.name == "网站"
    assert made.results[0].verdict.findings[0].excerpt == "a b"
    assert made.notes == ("注意",)


def test_which_findings_count():
    states = ("pending", "confirmed", "dismissed")
    one = result(findings=tuple(finding("dead_link", review=state, n=n) for n, state in enumerate(states)))
    assert [f.review for f in snapshot(one).counted(one)] == ["pending", "confirmed"]
    strict = snapshot(one, campaign=reporting_as(require_review=True))
    assert [f.review for f in strict.counted(one)] == ["confirmed"]


def test_only_running_sites_count():
    made = snapshot(result("5301000001"), result("5301000002", "not_checked", status="永久关停"))
    assert [r.site.code for r in made.running] == ["5301000001"]
    assert made.of("not_checked") == ()


def test_codes():
    assert (registered_code(site("row-7")), registered_code(site("bm01000001"))) == ("", "bm01000001")
