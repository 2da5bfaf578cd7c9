import math
import random
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from govcrawl.contracts import Scope, Site
from govcrawl.register.scope import choose


def site(n, group="昆明", level="市级", status="正常运行"):
    return Site(f"5301{n:06}", f"网站{n}", f"http://{n}.gov.cn/", group, level=level, status=status)


SITES = [
    site(n, group, level)
    for n, (group, level) in enumerate([("昆明", "市级"), ("昆明", "县级"), ("曲靖", "市级")] * 10)
]
CLOSED = site(99, status="永久关停")


def test_all_means_every_running_site_in_order():
    assert choose([*SITES, CLOSED], Scope()) == SITES


def test_a_sample_takes_its_share_of_every_stratum():
    chosen = choose([*SITES, CLOSED], Scope("sample", 0.25, 20180615))
    assert [sum((s.group, s.level) == stratum for s in chosen) for stratum in {(s.group, s.level) for s in SITES}] == [
        3
    ] * 3
    assert CLOSED not in chosen
    assert chosen == [s for s in SITES if s in chosen]


def test_the_seed_decides():
    scope = Scope("sample", 0.3, 20180615)
    shuffled = random.Random(1).sample(SITES, len(SITES))
    assert set(map(id, choose(shuffled, scope))) == set(map(id, choose(SITES, scope)))
    assert any(choose(SITES, Scope("sample", 0.3, seed)) != choose(SITES, scope) for seed in range(5))


def test_a_stratum_does_not_depend_on_the_others():
    scope = Scope("sample", 0.3, 7)
    alone = choose([s for s in SITES if s.group == "曲靖"], scope)
    assert alone == [s for s in choose(SITES, scope) if s.group == "曲靖"]


def test_last_time_s_failed_sites_are_added_if_asked():
    failed = {SITES[0].code, SITES[4].code, CLOSED.code, "5399000001"}
    drawn = choose(SITES, Scope("sample", 0.1, 3))
    assert choose([*SITES, CLOSED], Scope("sample", 0.1, 3), failed) == drawn
    always = choose([*SITES, CLOSED], Scope("sample", 0.1, 3, ("previous_failed",)), failed)
    assert {s.code for s in always} == {s.code for s in drawn} | {SITES[0].code, SITES[4].code}


@given(st.integers(1, 100), st.decimals("0.01", 1, places=2), st.integers())
def test_the_size_is_exact(total, ratio, seed):
    sites = [site(n) for n in range(total)]
    chosen = choose(sites, Scope("sample", float(ratio), seed))
    assert len(chosen) == max(1, math.ceil(Fraction(ratio) * total))
