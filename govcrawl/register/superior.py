"""superior.csv → the sites of ours that bulletins of our superior named (2017年一季度省政府办公厅抽查发现存在突出问题的政府网站名单)."""

from __future__ import annotations

from govcrawl.contracts import Campaign, Issue, Named
from govcrawl.register.rows import Notes, RowError, need, refuse_shifted
from govcrawl.register.sites import CODE, NAME, REGION
from govcrawl.register.tables import read_rows

REASON, BULLETIN, STATE = "存在问题", "通报", "整改情况"


def read_superior(campaign: Campaign) -> tuple[list[Named], list[Issue]]:
    """The rows of ``registry.superior`` in the order of the file; none where the campaign names no such file."""
    if not campaign.superior_file:
        return [], []
    notes = Notes(campaign.superior_file)
    found = []
    for notes.line, row in read_rows(campaign.superior_file, (NAME, REASON)):
        try:
            refuse_shifted(row)
            name, reason = need(row, NAME), need(row, REASON)
        except RowError as fault:
            notes.reject(fault)
            continue
        place, code, state = row.get(REGION, ""), row.get(CODE, ""), row.get(STATE, "")
        found.append(Named(name, reason, row.get(BULLETIN, ""), place, code, state, notes.line))
    notes.demand(found, "上级通报的网站")
    return found, notes.issues
