"""What comes back of a sheet that was filled in: rows that contradict each other, and a sentence for each that was not taken."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path

SAID = 20  #: rows that are told one by one; all of them are in the sheet
Returned = tuple[int, Mapping[str, str], str]  #: line, its cells, why


def contradicted(said: Iterable[tuple[str, Hashable]]) -> dict[str, str]:
    """Findings of which two rows say different things; ``said``: finding, and what a row wants of it."""
    seen: dict[str, set[Hashable]] = {}
    for finding, wish in said:
        seen.setdefault(finding, set()).add(wish)
    return {id_: "同一问题在表中有几行，且内容不同；请只留一行" for id_, several in seen.items() if len(several) > 1}


def sentences(file: Path, returned: Sequence[Returned], sheet: Path | None) -> list[str]:
    """``sheet``: where these rows are, if there are any."""
    back = [f"{file}:{line} 退回：{why}" for line, _, why in returned[:SAID]]
    if sheet:
        more = f"，共 {len(returned)} 行" if len(returned) > len(back) else ""
        back.append(f"退回的行及原因见 {sheet}{more}；改正后可直接导入该文件")
    return back
