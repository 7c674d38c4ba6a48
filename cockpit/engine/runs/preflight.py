"""What has to be so before step 1: preconditions and guards, the right targets, and all that is needed."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Final

from cockpit.core.runbook.actions import Command, Promql
from cockpit.core.runbook.model import Condition
from cockpit.engine.runs.looks import Eyes
from cockpit.engine.runs.surroundings import environment, target_of
from cockpit.errors import CockpitError

ALIVE: Final = "vector(1)"


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that has to be so before step 1. `holds` None: it cannot be told."""

    title: str
    holds: bool | None
    why: str = ""
    by_hand: str = ""
    blocks: bool = True


async def checks_of(eyes: Eyes) -> AsyncIterator[Checked]:
    """Numbered as they are answered: preconditions, guards, then the target and what is needed.

    The target's own check comes first: on the wrong one nothing else may be asked.
    """
    target, *others = [await right_target(eyes, name) for name in targets_of(eyes)]
    wrong = target is not None and target.holds is not True
    for condition in (*eyes.runbook.preconditions, *eyes.runbook.guards):
        if target is not None and wrong:
            holds, why = None, f"{target.title} is not sure: {target.why}"
        else:
            holds, why = await eyes.holds(condition)
        yield Checked(condition.title, holds, why, condition.by_hand, condition.severity == "block")
    for each in (target, *others):
        if each is not None:
            yield each
    for need in eyes.runbook.needs:
        yield await is_there(eyes, need)


def targets_of(eyes: Eyes) -> tuple[str, ...]:
    """The run's own first, then those of single steps."""
    chosen, book = eyes.target.name if eyes.target else "", eyes.runbook
    steps = (target_of(step, book, chosen) for step in (*book.steps, *book.finally_))
    return tuple(dict.fromkeys((chosen, *steps)))


async def right_target(eyes: Eyes, name: str) -> Checked | None:
    """None: nothing tells whether it is the right one."""
    target = eyes.world.target(name)
    if target is None or not target.check:
        return None
    run, success = target.check["run"], str(target.check.get("success") or "")
    condition = Condition("target", Command(tuple(run)), success)  # type: ignore[arg-type]
    holds, why = await replace(eyes, target=target).holds(condition)
    return Checked(f"the target is {target.name}", holds, why)


async def is_there(eyes: Eyes, need: str) -> Checked:
    """One of `needs`."""
    world = eyes.world
    if need == "prometheus":
        seen = await eyes.look(Promql(ALIVE))
        return Checked("Prometheus answers", True if not seen.why else None, seen.why)
    if need.startswith("flags/"):
        provider = world.flags.get(need.removeprefix("flags/"))
        if provider is None:
            return Checked(f"{need} answers", False, "there is no such flag provider")
        try:
            await provider.list("")
        except CockpitError as error:
            return Checked(f"{need} answers", None, str(error))
        return Checked(f"{need} answers", True)
    path = environment(eyes.target, world.environ).get("PATH", os.defpath)
    there = shutil.which(need, path=path) is not None or world.mode != "live"
    return Checked(f"{need} is installed", there, "" if there else "it is not on the PATH")
