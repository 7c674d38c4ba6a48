"""What keeps a flag from being read or moved, with the outcome that it means for whoever wanted it moved."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.core.runbook.work import FlagChange, FlagOutcome
from cockpit.errors import SourceError
from cockpit.text import join_names


class FlagTrouble(SourceError):
    """`outcome`: of a change that met this trouble; FAILED: nothing was sent, so nothing has moved."""

    def __init__(self, message: str, hint: str = "", outcome: FlagOutcome = FlagOutcome.FAILED) -> None:
        super().__init__(message, hint)
        self.outcome = outcome

    def change(self) -> FlagChange:
        return FlagChange(self.outcome, reason=str(self))


def environment(store: str, known: Sequence[str], env: str) -> str:
    """`env`, or the only one there is. Raises FlagTrouble."""
    if env in known:
        return env
    if not env and len(known) == 1:
        return known[0]
    what = f"has no environment '{env}'" if env else "has several environments"
    hint = f"there are {join_names(list(known), 6)}"
    raise FlagTrouble(f"{store} {what}", hint, FlagOutcome.NOT_FOUND)
