"""What the runs of this record are evidence of: it outlives them, and does not grow with history."""

from __future__ import annotations

from typing import Final

from cockpit.core.rehearsal.evidence import Evidence, EvidenceMode, of_try
from cockpit.core.runbook.run import Key, Run

KEPT: Final = 10
"""Of one part of one runbook; beyond them only the newest success of each person stays."""


def of_run(run: Run, key: Key, by: str) -> tuple[Evidence, ...]:
    """Of the try at `key` that has just been settled by `by`. What was not for real only walks."""
    one = run.execution(key)
    mode: EvidenceMode = "live" if run.mode == "live" else "simulated"
    return tuple(of_try(run, one, mode, by)) if one else ()


def with_more(known: tuple[Evidence, ...], news: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    for each in news:
        known = (*known, each)
        if (old := _superfluous(known, each)) is not None:
            known = tuple(one for one in known if one is not old)
    return known


def _superfluous(known: tuple[Evidence, ...], news: Evidence) -> Evidence | None:
    """The oldest of its part that neither counts for a grade nor says who has ever done it."""
    same = [each for each in known if (each.runbook, each.part) == (news.runbook, news.part)]
    last = {(each.by, each.proves): each for each in same if each.result == "succeeded"}
    return next((each for each in same[:-KEPT] if last.get((each.by, each.proves)) is not each), None)
