"""Evidence of a runbook's parts, for tests of what screens make of it."""

from __future__ import annotations

from dataclasses import replace

from cockpit.core.rehearsal.evidence import Evidence, parts
from cockpit.core.runbook.model import Runbook
from cockpit.core.state import State

AT = 1_763_000_000.0
"""2025-11-13"""


def done(runbook: Runbook, *names: str, mode: str = "sandbox", **more: object) -> list[Evidence]:
    """Of these parts, as they are now; without names of all of them."""
    given: dict[str, object] = {"at": AT, "by": "aiko", "seconds": 60.0, **more}
    return [
        Evidence(runbook.id, one.id, one.digest, mode=mode, **given)  # type: ignore[arg-type]
        for one in parts(runbook)
        if not names or one.id in names
    ]


def changed(runbook: Runbook, *steps: str) -> Runbook:
    """With other digests for these steps."""
    return replace(
        runbook,
        steps=tuple(
            replace(step, digest=f"{step.digest}x") if step.id in steps else step for step in runbook.steps
        ),
    )


def with_evidence(state: State, runbook: Runbook, *evidence: Evidence) -> State:
    books = {**state.model.books, runbook.id: runbook}
    return replace(state, model=replace(state.model, books=books, evidence=evidence))
