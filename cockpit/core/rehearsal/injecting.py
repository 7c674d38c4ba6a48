"""What is to go wrong in a drill beyond what its scenario has: how a step ends, or a sense that is gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias, get_args

from cockpit.core.runbook.actions import Command, FlagSet, HttpCall
from cockpit.core.runbook.model import Reach, Runbook, Step
from cockpit.core.scenario import Fault, Scenario
from cockpit.text import join_names

Outcome: TypeAlias = Literal["success", "failure", "hang", "killed-after-effect", "not-applied"]
Down: TypeAlias = Literal["flags_down", "prometheus_down"]
OUTCOMES: Final[tuple[str, ...]] = get_args(Outcome)
DOWN: Final[tuple[Down, ...]] = get_args(Down)
ABSENT: Final = "approver_absent"
UNDO: Final = "undo:"
HINT: Final = f"write STEP= and one of {', '.join(OUTCOMES)}; or {', '.join((*DOWN, ABSENT))}"


class NotInjectable(ValueError):
    """What was asked for cannot go wrong here; `hint` says what can."""

    def __init__(self, message: str, hint: str = HINT) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Injected:
    outcomes: Mapping[str, str] = field(default_factory=dict)
    """By `RUNBOOK.STEP`, or by `undo:RUNBOOK.STEP`."""
    approver_absent: bool = False
    down: tuple[Down, ...] = ()
    """From the start to the end."""


AS_WRITTEN: Final = Injected()


def injected(wanted: Iterable[str], books: Mapping[str, Runbook], only: str = "") -> Injected:
    """`STEP=failure`, `RUNBOOK.STEP=hang`, `undo:STEP=failure`, `flags_down`, ... Raises NotInjectable.

    A step that is named alone is that of every runbook that has one, or of `only`.
    """
    outcomes: dict[str, str] = {}
    down: list[Down] = []
    absent = False
    for each in wanted:
        name, equals, outcome = each.partition("=")
        if not equals and each == ABSENT:
            absent = True
        elif not equals and (found := [one for one in DOWN if one == each]):
            down += found
        elif not equals or outcome not in OUTCOMES:
            raise NotInjectable(f"'{each}' cannot be injected")
        else:
            outcomes |= dict.fromkeys(_steps(name, books, only), outcome)
    return Injected(outcomes, absent, tuple(down))


def _steps(name: str, books: Mapping[str, Runbook], only: str) -> list[str]:
    before = UNDO if name.startswith(UNDO) else ""
    plain = name.removeprefix(UNDO)
    known = [
        (book, step)
        for id, book in books.items()
        if only in ("", id)
        for step in (*book.steps, *book.finally_)
    ]
    meant = [(book, step) for book, step in known if plain in (step.id, f"{book.id}.{step.id}")]
    if not meant:
        names = sorted({step.id for _, step in known if _can(step, before)})
        raise NotInjectable(f"there is no step '{plain}'", f"there are {join_names(names, 12)}")
    found = [f"{before}{book.id}.{step.id}" for book, step in meant if _can(step, before)]
    if not found:
        raise NotInjectable(
            f"nothing is done at step '{plain}' that could end otherwise",
            "name one that runs a command, sends a request or sets a flag",
        )
    return found


def _can(step: Step, before: str) -> bool:
    action = step.action if not before else step.rollback.action if step.rollback else None
    if before:  # how a flag is put back, its store decides
        return isinstance(action, Command | HttpCall)
    return isinstance(action, Command | HttpCall | FlagSet) and step.reach is not Reach.READ


def with_faults(scenario: Scenario, what: Injected) -> Scenario:
    faults = tuple(Fault(0.0, kind, scenario.length + 1) for kind in what.down)
    return replace(scenario, faults=(*scenario.faults, *faults))
