"""What leaves a worker for the store shows the numbers of persons masked only; the stored exchange alone keeps the page as it came.

Addresses that are still to be asked stay whole in the plan: without them nothing could be fetched.
"""

from __future__ import annotations

from dataclasses import replace

from govcrawl.contracts import Observation, Result, Task
from govcrawl.private import masked, masked_in, masked_url


def without_numbers(result: Result) -> Result:
    facts, probe = result.facts, result.probe
    return replace(
        result,
        page=replace(result.page, error=masked(result.page.error)),
        facts=facts and replace(facts, title=masked(facts.title)),
        probe=probe and replace(probe, error=masked(probe.error)),
        children=tuple(map(_child, result.children)),
        observations=tuple(map(_observation, result.observations)),
    )


def _child(task: Task) -> Task:
    text = masked(task.text) if task.text else ""
    return task if text == task.text else replace(task, text=text)


def _observation(seen: Observation) -> Observation:
    return replace(
        seen, url=masked_url(seen.url), found_on=masked_url(seen.found_on), excerpt=masked(seen.excerpt),
        data=masked_in(seen.data),
    )  # fmt: skip
