"""Asking a second person: once, bound to what would be done now, and on record when it counts no more."""

from __future__ import annotations

from typing import Final

from cockpit.core.frozen import to_json
from cockpit.core.json import Json
from cockpit.core.levels import Seconds
from cockpit.core.runbook.approvals import (
    BROKEN_GLASS,
    digest_of,
    expiry,
    lacks,
    rendered_or_raw,
    void,
)
from cockpit.core.runbook.model import Step
from cockpit.core.runbook.run import Execution, Key, Run, root
from cockpit.core.runbook.words import Question, Word, say
from cockpit.engine.runs.chronicle import Chronicle
from cockpit.engine.runs.remembered import find_run
from cockpit.engine.runs.world import World
from cockpit.ports import Journal

LOOK_EVERY: Final[Seconds] = 0.5
OTHER_HANDS: Final = "it is in other hands now"
LATE: Final = "it was approved, and not begun in time"


class Approving:
    def __init__(self, world: World, chronicle: Chronicle) -> None:
        self._world = world
        self._chronicle = chronicle

    async def begun(self) -> None:
        """What was asked and agreed to before we had the run was meant for somebody else."""
        run = self._chronicle.run
        if self._world.actor in run.operators:
            return
        words = [_expired(one.key, OTHER_HANDS) for one in run.executions if _is_open(one)]
        if words:
            await self._chronicle.say(words)

    async def request(self, run: Run, question: Question) -> None:
        """On record once, bound to what would be done now."""
        step, one = run.step(question.key.step), run.execution(question.key)
        assert step is not None
        words: list[Word] = []
        if one is not None and one.approval:
            why = void(run, step, one, self._world.clock.now())
            if not why:
                return
            words.append(_expired(question.key, why))
        body = await self._asked(run, step)
        await self._chronicle.say([*words, say("approval.requested", question.key, **body)])

    async def _asked(self, run: Run, step: Step) -> dict[str, Json]:
        assert step.approval is not None
        return {
            "digest": digest_of(run, step),
            "expires_at": self._world.clock.now() + step.approval.expires,
            "min": step.approval.min,
            "from": list(step.approval.by),
            "operators": sorted(await hands_in(self._world.journal, run.id)),
            "title": step.title,
            "target": run.target or run.runbook.target,
            "action": to_json(rendered_or_raw(run, step)),
            "enforced": self._world.team is not None,
        }

    async def settled(self, key: Key) -> None:
        """Returns when enough people have approved, or one has refused, or the time is over."""
        while True:
            run = await self._chronicle.look()
            step, one = run.step(key.step), run.execution(key)
            assert step is not None
            if one is None or not one.approval or not lacks(run, step, one):
                return
            now = self._world.clock.now()
            if why := void(run, step, one, now):
                await self._chronicle.say([_expired(key, why, over=now > expiry(one))])
                return
            await self._world.clock.sleep(LOOK_EVERY)

    async def lapsed(self, step: Step, one: Execution) -> bool:
        """Whether the time of what was agreed to is over before it began; then it is asked anew."""
        agreed = bool(one.approvals) and _is_open(one)
        if not agreed or not void(self._chronicle.run, step, one, self._world.clock.now()):
            return False
        await self._chronicle.say([_expired(one.key, LATE)])
        return True


def _is_open(one: Execution) -> bool:
    """Whether it has not begun, and what was said by others is what lets it."""
    begun = one.settled or one.intent is not None
    return bool(one.approval) and not begun and BROKEN_GLASS not in one.confirmed


def _expired(key: Key, why: str, *, over: bool = False) -> Word:
    """`over`: nobody is asked again before whoever runs it has said so."""
    return say("approval.expired", key, why=why, over=over)


async def hands_in(journal: Journal, id: str) -> frozenset[str]:
    """Everybody who acted in the run, in those around and in those inside it. Raises JournalError."""
    return frozenset(who for run in (await family_of(journal, id)).values() for who in run.operators)


async def family_of(journal: Journal, id: str) -> dict[str, Run]:
    """The run around everything and all inside it, by id, oldest first. Raises JournalError."""
    ids = dict.fromkeys([root(id)])
    ids |= dict.fromkeys(each for each in await journal.run_ids() if root(each) == root(id))
    found = [await find_run(journal, each) for each in ids]
    return {run.id: run for run, _ in filter(None, found)}
