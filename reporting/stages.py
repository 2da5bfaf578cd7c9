"""What the command line finds by name (entry points ``govcrawl.stages``)."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from govcrawl.contracts import Campaign, Verdict
from govcrawl.errors import InputError, OutputError
from reporting.snapshot import SiteResult, Snapshot
from reporting.write import write_report

if TYPE_CHECKING:
    from govcrawl.store import Store


def check_writable(out: Path) -> None:
    """Raises OutputError before any work is done for nothing."""
    nearest = next(folder for folder in (out.absolute(), *out.absolute().parents) if folder.exists())
    if not nearest.is_dir():
        raise OutputError(str(out), f"{nearest} 不是目录")
    try:
        Path(mkdtemp(dir=nearest)).rmdir()  # asked of the file system itself: permissions alone don't tell
    except OSError as error:
        raise OutputError(str(out), str(error.strerror)) from error


def report(store: Store, campaign_id: str, pack: str, out: Path) -> list[Path]:
    """The bulletin and its tables from the stored verdicts of one pack; ``pack`` empty: the campaign's own standard."""
    campaign = store.campaign(campaign_id)
    wanted = pack or campaign.standard
    stored = store.db["verdicts"].distinct("pack", {"campaign": campaign_id})
    matching = [p for p in stored if p == wanted or p.partition("@")[0] == wanted]
    if not matching:
        raise InputError(campaign_id, 0, f"还没有按标准 {wanted} 的评判；请先运行 govcrawl score {campaign_id}")
    newest = max(matching, key=lambda p: int(p.rpartition("@")[2]))
    verdicts = store.verdicts(campaign_id, newest)
    results = tuple(
        SiteResult(s, verdicts.get(s.code) or _unjudged(campaign, s.code, newest)) for s in store.sites(campaign_id)
    )
    partial = "".join(sorted({why for _, why in store.closed_rounds(campaign_id).values() if why}))
    return write_report(Snapshot(campaign, newest, results, partial=partial), out)


def _unjudged(campaign: Campaign, code: str, pack: str) -> Verdict:
    """A site planned after the last scoring still counts as running."""
    return Verdict(campaign.id, code, pack, campaign.ends, "not_checked")
