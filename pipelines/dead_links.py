"""Which links are dead, and on which pages they stand.

A page that says it isn't there, though its server said 200, is dead only where its host shows the same for an address that can't exist,
or sends both to the same error page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from govcrawl.contracts import Observation
from govcrawl.linked import mark, named
from govcrawl.reading.urls import identity
from pipelines.seen import Seen

SOFT = "soft_404"  #: status of a link whose server says 200 of what isn't there
SHOWN = 3  #: of the pages that name a link; their number is told besides
Named = Sequence[tuple[int, str, str, bytes]]  #: round, URL and role of a page, marks of its links


def dead_links(seen: Seen) -> list[Observation]:
    """All of all rounds.  An error page that readers are sent to is no link of its own where those who are sent there are told."""
    soft = [replace(o, kind="dead_link", data=o.data | {"status": SOFT}) for o in seen.of("missing") if proofs(seen, o)]
    ends = {identity(o.data["absent"][1:]) for o in soft if o.data["absent"].startswith("→")}
    return [*(o for o in seen.of("dead_link") if identity(o.data["target"]) not in ends), *soft]


def proofs(seen: Seen, missing: Observation) -> list[Observation]:
    """What the same host showed, in the same round, for an address that can't exist."""
    return [o for o in seen.of("nowhere") if _look(o) == _look(missing)]


def _look(o: Observation) -> tuple[int, str, str]:
    return o.round, o.data["host"], o.data["absent"]


def placed(observations: Sequence[Observation], pages: Named) -> list[Observation]:
    """Each link that may be dead with the pages of its round that name it (``on``: some, ``pages``: how many), and whether the home page
    does: it may have been read after the page that named the link first.
    """
    wanted: defaultdict[int, set[bytes]] = defaultdict(set)
    for o in observations:
        if o.kind in ("dead_link", "missing"):
            wanted[o.round].add(mark(o.data["target"]))
    where: defaultdict[tuple[int, bytes], dict[str, bool]] = defaultdict(dict)
    for number, url, role, there in sorted(pages):
        for one in named(wanted.get(number, ()), there):
            where[number, one][url] = role in ("home", "part") or where[number, one].get(url, False)
    return [_placed(o, where) if o.kind in ("dead_link", "missing") else o for o in observations]


def _placed(o: Observation, where: dict[tuple[int, bytes], dict[str, bool]]) -> Observation:
    found = where.get((o.round, mark(o.data["target"])), {})
    first = [o.found_on] if o.found_on else []
    on = list(dict.fromkeys([*first, *_home_first(found)]))
    told = {"on_home": o.data["on_home"] or any(found.values()), "on": on[: SHOWN + 1], "pages": max(len(on), 1)}
    return replace(o, data=o.data | told)


def _home_first(found: dict[str, bool]) -> Iterable[str]:
    return sorted(found, key=lambda url: (not found[url], url))
