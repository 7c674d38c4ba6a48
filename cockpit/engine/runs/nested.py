"""A runbook inside a runbook: a run of its own, under the same lock, operator and desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from cockpit.core.frozen import to_json
from cockpit.core.json import Json
from cockpit.core.runbook.actions import Nested
from cockpit.core.runbook.holding import held
from cockpit.core.runbook.model import Step
from cockpit.core.runbook.render import names_to_fill, rendered
from cockpit.core.runbook.run import Execution, Key, Run
from cockpit.core.runbook.states import Effect, Phase, RunState
from cockpit.core.runbook.substitute import SubstitutionError
from cockpit.core.runbook.words import say
from cockpit.engine.runs.remembered import find_run
from cockpit.engine.runs.starting import child_started, resolved
from cockpit.errors import RunRefused, SecretError

if TYPE_CHECKING:
    from cockpit.engine.runs.driver import Driver

DEEPEST: Final = 3


class Nesting:
    def __init__(self, parent: Driver, depth: int) -> None:
        self._parent = parent
        self._depth = depth + 1

    async def do(self, step: Step, one: Execution) -> None:
        """Begin or take up the child, see it through, and tell the parent how it ended."""
        if self._depth > DEEPEST:
            await self._parent.say([held(one.key, f"runbooks nest more than {DEEPEST} deep", "blocked")])
            return
        id = child_id(self._parent.run, one.key)
        try:
            action = rendered(step.action, names_to_fill(self._parent.run))
        except SubstitutionError as error:
            await self._parent.say([held(one.key, str(error), "blocked")])
            return
        assert isinstance(action, Nested)
        if one.intent is None:
            body: dict[str, Json] = {"action": to_json(action), "child": id, "rollback": None}
            await self._parent.say([say("intent", one.key, **body)], patient=False)
        child, reason = await self._driver(id, action, one)
        if child is None:
            await self._parent.say([say("exited", one.key, ok=False, effect="not_applied", reason=reason)])
            return
        if one.key.phase is Phase.UNDO and child.run.undo is None and child.run.standing():
            child.take_back("the runbook around it is taken back")
        ended = await child.drive()
        if ended.final:
            await self._parent.say([say("exited", one.key, **_told(ended, one.key))])
        else:
            from cockpit.engine.runs.driver import Left

            raise Left

    async def _driver(self, id: str, action: Nested, one: Execution) -> tuple[Driver | None, str]:
        """(the child, why there is none). One that was begun is left when its secrets cannot be had."""
        from cockpit.engine.runs.driver import Driver, Left

        parent = self._parent
        found = await find_run(parent.world.journal, id)
        try:
            secrets = {**parent.secrets, **await self._secrets(action, found)}
            if found is None and one.key.phase is Phase.DO:
                found = await child_started(parent.world, parent.run, id, action, secrets)
        except (SecretError, RunRefused) as error:
            if found is None:
                return None, str(error)
            parent.desk.complain(str(error))
            raise Left from None
        if found is None:
            return None, "it was never begun"
        return Driver(parent.world, *found, parent.desk, secrets, self._depth), ""

    async def _secrets(self, action: Nested, found: tuple[Run, int] | None) -> Mapping[str, str]:
        """Its own, looked up before it begins."""
        world = self._parent.world
        if found is not None:
            return await resolved(world, found[0].runbook, found[0].parameters)
        book = world.model.books.get(action.runbook)
        return await resolved(world, book, {}) if book else {}


def child_id(run: Run, key: Key) -> str:
    """`R-7.step`; a later visit of the same step has its number behind it."""
    return f"{run.id}.{key.step}" + (f"-{key.visit}" if key.visit > 1 else "")


def _told(child: Run, key: Key) -> Mapping[str, Json]:
    stands, unknown = bool(child.standing()), child.unknown
    effect = Effect.UNKNOWN if unknown else Effect.APPLIED if stands else Effect.NOT_APPLIED
    common: dict[str, Json] = {"ending": "answered", "child": child.id, "reason": ""}
    if key.phase is Phase.UNDO:
        return {**common, "ok": not stands, "stands": str(effect)}
    ok = child.state in (RunState.COMPLETED, RunState.COMPLETED_WITH_DEBT)
    reason = "" if ok else f"{child.id} ended: {child.state}"
    return {**common, "ok": ok, "effect": Effect.APPLIED if ok else effect, "reason": reason}
