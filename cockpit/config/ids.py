"""Ids of steps that have none: the title in lower case with dashes, and a number where it repeats."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

from cockpit.config.models.runbook_step import Step

_between = re.compile(r"[^a-z0-9]+")


def step_ids(steps: Iterable[Step]) -> list[str]:
    """In the order of the steps, `finally` included. Ids that were written stay; R20 tells repeated ones."""
    steps = list(steps)
    taken = {step.id for step in steps if step.id}
    ids = []
    for step in steps:
        id = step.id or free(slug(step.title), taken)
        taken.add(id)
        ids.append(id)
    return ids


def slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return _between.sub("-", plain.lower()).strip("-")[:80] or "step"


def free(wanted: str, taken: Collection[str]) -> str:
    """`restart`, then `restart-2`."""
    id, number = wanted, 1
    while id in taken:
        number += 1
        id = f"{wanted}-{number}"
    return id
