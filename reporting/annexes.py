"""All tables of a bulletin, in the order of its annexes, and the sums that must agree before anything is written."""

from __future__ import annotations

from collections.abc import Iterable

from govcrawl.errors import Irreconcilable

from . import accounts, changes, departments, duties, messages, months, registered, suspicions, tables, unmended
from .snapshot import Snapshot
from .tables import Table


def annexes(snapshot: Snapshot) -> tuple[Table, ...]:
    """Those of the sites, then what the campaign has besides: months, changes, what is unmended, messages, accounts, duties, departments,
    the register's.
    """
    rooms = (months, changes, unmended, messages, accounts, duties, departments, registered, suspicions)
    further = (table for room in rooms for table in room.tables(snapshot))
    return (*tables.site_tables(snapshot), *further)


def reconcile(snapshot: Snapshot, found: Iterable[Table]) -> None:
    """Nothing if every figure agrees with every other and with the verdicts; else Irreconcilable with all that don't."""
    by_key = {table.key: table for table in found}
    rows = [
        error
        for room in (months, changes, unmended, messages, accounts, duties, registered, suspicions)
        for error in room.errors(snapshot, by_key)
    ]
    if rows := [*tables.site_errors(snapshot, by_key), *rows]:
        raise Irreconcilable(rows)
