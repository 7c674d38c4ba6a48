"""What a text or a condition of a runbook may refer to, at this point of the run."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.core.runbook.run import Run

Names = Mapping[str, Mapping[str, object]]


def names(run: Run, extra: Mapping[str, object] | None = None) -> dict[str, object]:
    """`params`, `captures`, `answers`, `run` and `incident`; `extra` adds what a look has brought."""
    return {
        "params": dict(run.parameters),
        "captures": run.captures(),
        "answers": dict(run.answers),
        "run": {"id": run.id, "operator": run.operator},
        "incident": {"id": run.incident or None},
        **(extra or {}),
    }
