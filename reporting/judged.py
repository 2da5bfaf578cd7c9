"""Which campaign, and by which pack it was judged, where nobody said so."""

from __future__ import annotations

from govcrawl import desk
from govcrawl.contracts import Campaign
from govcrawl.errors import InputError
from govcrawl.store import Store
from pipelines.standards import SUFFIX, load_pack


def judged(store: Store, campaign_id: str, standard: str = "") -> tuple[Campaign, str]:
    """``campaign_id`` empty: the one that ends last; ``standard`` empty: the campaign's own, in its newest version.

    Raises UnknownCampaign, InputError.
    """
    campaign = store.campaign(campaign_id) if campaign_id else next(iter(desk.campaigns(store.db)), None)
    if campaign is None:
        raise InputError("govcrawl", 0, "数据库中还没有普查；请先运行 govcrawl plan 或 govcrawl run")
    wanted = standard or campaign.standard
    label = load_pack(wanted).label if wanted.endswith(SUFFIX) else wanted
    packs = [pack for pack in store.packs(campaign.id) if label in (pack, pack.partition("@")[0])]
    if not packs:
        raise InputError(campaign.id, 0, f"还没有按标准 {label} 的评判；请先运行 govcrawl score {campaign.id}")
    return campaign, max(packs, key=lambda pack: int(pack.rpartition("@")[2]))


def words_of(pack: str, standard: str) -> dict[str, str]:
    """The pack's word for each indicator; ``standard``: the campaign's own, which may be a file.  Empty where that version is gone."""
    for name in (standard, pack):
        try:
            found = load_pack(name)
        except InputError:
            continue
        if found.label == pack:
            return {n: rule.word for n, rule in found.rules.items()} | {"score_below_pass": found.pass_line.word}
    return {}
