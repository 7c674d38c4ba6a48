"""Runs as a list, in text and as the JSON contract `cockpit.runs/v1`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cockpit.core.levels import Instant
from cockpit.core.runbook.approvals import broken
from cockpit.core.runbook.run import Run
from cockpit.text import age, clock, join_names
from cockpit.views.words_runs import RUN_STATES, glass_told

SCHEMA = "cockpit.runs/v1"
INTERRUPTED = "interrupted"
"""Not final, and nobody looks after it."""


def state(run: Run, owner: str) -> str:
    return str(run.state) if run.final or owner else INTERRUPTED


def lines(
    runs: Sequence[Run], owners: Mapping[str, str], now: Instant, foreign: Sequence[str] = ()
) -> list[str]:
    """`foreign`: runs that have left results here and are not on record."""
    told = [_line(run, owners.get(run.id, ""), now) for run in runs]
    if foreign:
        names = join_names(list(foreign), 6)
        told.append(f"{names}: results are here, and not in the record: was an older copy of it put back?")
    return told or ["no runs yet"]


def _line(run: Run, owner: str, now: Instant) -> str:
    how = INTERRUPTED if state(run, owner) == INTERRUPTED else RUN_STATES[run.state]
    ended = (
        f", took {age(run.ended_at - run.started_at)}"
        if run.ended_at
        else f", for {age(now - run.started_at)}"
    )
    where = f" at {run.at_step}" if not run.final and run.at_step else ""
    who = f", in the hands of {owner}" if owner else ""
    doubt = "; something may or may not have happened" if run.unknown else ""
    glass = "".join(f"; {glass_told(each)}" for each in broken(run))
    return f"{run.id}  {clock(run.started_at)}  {run.runbook.id}  {how}{where}{ended}{who}{doubt}{glass}"


def document(
    runs: Sequence[Run], owners: Mapping[str, str], foreign: Sequence[str] = ()
) -> dict[str, object]:
    told = {"foreign": list(foreign)} if foreign else {}
    return {"schema": SCHEMA, "runs": [_entry(run, owners.get(run.id, "")) for run in runs], **told}


def _entry(run: Run, owner: str) -> dict[str, object]:
    return {
        "run": run.id,
        "runbook": run.runbook.id,
        "mode": run.mode,
        "state": state(run, owner),
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "forward": run.forward or None,
        "rollback": run.rollback or None,
        "operator": run.operator,
        "incident": run.incident or None,
        "parent": run.parent or None,
        "owner": owner or None,
        "broken_glass": [
            {"run": each.run, "step": each.step, "by": each.by, "reason": each.reason} for each in broken(run)
        ],
        "steps": [
            {
                "id": one.key.step,
                "visit": one.key.visit,
                "attempt": one.key.attempt,
                "phase": str(one.key.phase),
                "state": str(one.state),
                "effect": str(one.effect),
            }
            for one in run.executions
        ],
    }
