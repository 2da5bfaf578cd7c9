"""Answers of links that hold for every site that names their target: what ``frontier/sharing.py`` looks for, as MongoDB has it.

What failed by a fault of ours is nobody's answer: each site's task asks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from govcrawl.contracts import Answer, Evidence, Outlink, Page, Result
from govcrawl.frontier.codec import decode, is_shared, target_of
from govcrawl.frontier.frontier import split_round

Document = dict[str, Any]


def targets(results: Iterable[Result], pages: Iterable[str]) -> list[Document]:
    """Of those that were asked; ``pages``: the ids of their pages, in the same order."""
    return [
        {"_id": target_of(r.lease), "campaign": split_round(r.lease.round_key)[0], "page": page}
        for r, page in zip(results, pages, strict=True)
        if is_shared(r.lease.task) and not r.lease.answer and r.page.outcome != "our_fault"
    ]


def answer(d: Mapping[str, Any]) -> Answer:
    """Of a stored page.  Where a redirect leads stands in what it led to, beside what else was planned for its sake."""
    role = decode(d["task"]).role
    onward = (c.url for c in map(decode, d["children"]) if c.role == role)
    leads = next(onward, "") if d["outcome"] == "redirect" else ""
    page = Page(
        d["url"], d["outcome"], d["status"], d["at"], d["seconds"], (("Location", leads),) if leads else (),
        worker=d["worker"], error=d["error"],
    )  # fmt: skip
    evidence = msgspec.convert(d["evidence"], Evidence) if d["evidence"] else None
    return Answer(page, d["attempt"], d["size"], d["sha256"], d["title"], d.get("absent", ""), evidence)


def outlink(d: Mapping[str, Any]) -> Outlink:
    """Of a stored page whose role is link."""
    task = decode(d["task"])
    return Outlink(d["url"], task.text, task.found_on, d["outcome"], d["status"], d["title"])
