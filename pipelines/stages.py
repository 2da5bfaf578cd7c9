"""What the command line finds by name (entry points ``govcrawl.stages``)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from govcrawl.contracts import Observation, Verdict
from govcrawl.reading.urls import identity
from govcrawl.store import Store
from pipelines.outages import outages, without
from pipelines.scoring import score as score_site
from pipelines.standards import known_packs, load_pack


def standards() -> list[str]:
    """Names a campaign file may use."""
    return known_packs()


def score(store: Store, campaign_id: str, standard: str, unfinished: Collection[str]) -> list[Verdict]:
    """Judges every site of a campaign from what is stored, and stores the verdicts under the pack's version.

    ``standard`` empty: the campaign's own.  ``unfinished``: sites whose crawl is still going on.
    """
    campaign = store.campaign(campaign_id)
    pack = load_pack(standard or campaign.standard)
    cut_short = set(unfinished).union(*(sites for sites, _ in store.closed_rounds(campaign_id).values()))
    registered = {(c.site, identity(c.url)): c.cls for c in store.registered_columns(campaign_id) if c.cls}
    chosen = {s.code for s in store.sites(campaign_id, chosen_only=True)}
    cut_off = outages(store.visits(campaign_id))
    verdicts = []
    for site in store.sites(campaign_id):
        if site.code not in chosen:
            verdicts.append(Verdict(campaign_id, site.code, pack.label, campaign.ends, "not_checked"))
            continue
        seen = [_as_registered(o, registered) for o in store.observations(campaign_id, site.code)]
        verdicts.append(
            score_site(
                site, seen, without(store.probes(campaign_id, site.code), cut_off), pack, campaign=campaign_id, as_of=campaign.ends,
                pages=store.pages_read(campaign_id, site.code), visits=campaign.rounds * campaign.probe.per_round,
                complete=site.code not in cut_short,
            )
        )  # fmt: skip
    store.save_verdicts(verdicts)
    return verdicts


def _as_registered(seen: Observation, classes: Mapping[tuple[str, str], str]) -> Observation:
    """A column's class is what the site registered, where it did; else what reading made of its name."""
    cls = classes.get((seen.site, identity(seen.data["column"]))) if seen.kind == "column" else None
    return replace(seen, data=seen.data | {"cls": cls}) if cls else seen
