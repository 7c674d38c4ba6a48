"""Where a person's cockpits start reading: kept beside the record for each person, by nobody else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from cockpit.adapters.journal.postgres.shared import Shared
from cockpit.core.checkpoint import KIND, Checkpoint
from cockpit.core.journal import Fact
from cockpit.core.json import canonical

_KEEP: Final = "SELECT cockpit.keep(%s, %s, %s)"
_KEPT: Final = """SELECT kept.seq, kept.state, coalesce(record.seq, kept.seq)
    FROM cockpit.kept() AS kept LEFT JOIN cockpit.record ON record.uid = kept.uid"""


async def keep(shared: Shared, facts: Sequence[Fact]) -> list[Fact]:
    """The same facts to be put on record; of a checkpoint only that it was made, as others cannot use it.

    Raises JournalError.
    """
    light = []
    for fact in facts:
        if fact.kind == KIND:
            seq, state = fact.body.get("seq"), canonical(fact.body.get("state"))
            await shared.ask_again(_KEEP, (fact.uid, seq, state))
            fact = replace(fact, body={"seq": seq})
        light.append(fact)
    return light


async def latest(shared: Shared) -> Checkpoint | None:
    found = await shared.ask_again(_KEPT)
    if not found:
        return None
    seq, state, recorded = found[0]
    return Checkpoint(seq, json.loads(state), recorded)
