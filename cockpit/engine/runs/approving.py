"""Approvals: a second person looks at the rendered step, and a changed byte voids what was approved."""

from __future__ import annotations

from typing import Final

from cockpit.core.frozen import to_json
from cockpit.core.json import Json, digest
from cockpit.core.levels import Instant, Seconds
from cockpit.core.runbook.model import Step
from cockpit.core.runbook.render import names_to_fill, rendered
from cockpit.core.runbook.run import Execution, Key, Run
from cockpit.core.runbook.substitute import SubstitutionError
from cockpit.core.runbook.words import Question, say
from cockpit.engine.runs.chronicle import Chronicle
from cockpit.engine.runs.world import World

LOOK_EVERY: Final[Seconds] = 0.5


class Approving:
    def __init__(self, world: World, chronicle: Chronicle) -> None:
        self._world = world
        self._chronicle = chronicle

    async def request(self, run: Run, question: Question) -> None:
        """On record once, bound to what would be done now."""
        step, one = run.step(question.key.step), run.execution(question.key)
        assert step is not None
        assert step.approval is not None
        if one is not None and one.approval and not void(run, step, one, self._world.clock.now()):
            return
        body: dict[str, Json] = {
            "digest": what_is_approved(run, step),
            "expires_at": self._world.clock.now() + step.approval.expires,
            "min": step.approval.min,
            "from": list(step.approval.by),
            "title": step.title,
            "action": to_json(rendered_or_raw(run, step)),
            "enforced": False,
        }
        await self._chronicle.say([say("approval.requested", question.key, **body)])

    async def settled(self, key: Key) -> None:
        """Returns when enough people have approved, or one has refused, or the time is over."""
        while True:
            run = await self._chronicle.catch_up()
            step, one = run.step(key.step), run.execution(key)
            assert step is not None
            assert step.approval is not None
            if one is None or not one.approval or len(one.approvals) >= step.approval.min:
                return
            if why := void(run, step, one, self._world.clock.now()):
                await self._chronicle.say([say("approval.expired", key, why=why)])
                return
            await self._world.clock.sleep(LOOK_EVERY)


def what_is_approved(run: Run, step: Step) -> str:
    """sha256 of the rendered action, parameters, captures and the runbook's file."""
    return digest(
        [
            to_json(rendered_or_raw(run, step)),
            to_json(run.parameters),
            run.captures(),
            run.runbook.digest,
        ]
    )


def rendered_or_raw(run: Run, step: Step) -> object:
    try:
        return rendered(step.action, names_to_fill(run))
    except SubstitutionError:
        return step.action


def void(run: Run, step: Step, one: Execution, now: Instant) -> str:
    """Why an approval that was asked for does not count any more; empty: it does."""
    if now > float(str(one.approval.get("expires_at") or 0)):
        return "nobody approved it in time"
    if one.approval.get("digest") != what_is_approved(run, step):
        return "what would be done is not what was approved"
    return ""
