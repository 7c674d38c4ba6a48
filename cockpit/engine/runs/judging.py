"""A second person's word on a step: who may not give it hears why, and both go on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cockpit.core.events import Event, Reported
from cockpit.core.json import Json
from cockpit.core.runbook.requests import Request, objection, open_requests, request_of
from cockpit.core.runbook.words import say
from cockpit.core.wanted import ApprovalWanted
from cockpit.engine.refusing import may_act, refuse, who
from cockpit.engine.runs.approving import family_of
from cockpit.engine.runs.remembered import find_run, record_now
from cockpit.engine.runs.world import World
from cockpit.errors import RunRefused
from cockpit.ports import Journal
from cockpit.text import join_names

NOT_ENFORCED = "second person not enforced here"
"""What is said where only accounts of one machine tell people apart."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of it. `counts` False: it is on record, and changes nothing."""

    request: Request
    refused: bool
    enforced: bool
    counts: bool = True
    more: int = 0
    """How many others still have to agree."""

    @property
    def text(self) -> str:
        how = "refused" if self.refused else "approved"
        told = f"{self.request.run.id} {self.request.step.id}: {how}"
        if not self.counts:
            return f"{told} too late: it is on record and changes nothing"
        waits = f", {self.more} more must agree" if self.more else ""
        return f"{told}{waits}" if self.enforced else f"{told}{waits} ({NOT_ENFORCED})"


async def asked_for(world: World, run: str, step: str = "") -> Request:
    """The approval that `run`, or a run inside it, asks for now; `step` empty: the only one.

    Raises RunRefused, which is on record, where there is none or more than one.
    """
    family = await family_of(world.journal, run)
    named = [each for each in family.values() if each.id == run or each.id.startswith(f"{run}.")]
    found = [asked for each in named if (asked := request_of(each, family.values()))]
    fitting = [each for each in found if step in ("", each.step.id)]
    if len(fitting) != 1:
        await refuse(world, f"approve {run} {step}".rstrip(), _not_one(run, step, fitting or found))
    return fitting[0]


def _not_one(run: str, step: str, found: list[Request]) -> RunRefused:
    named = join_names([f"{each.run.id} {each.step.id}" for each in found], 4)
    if len(found) > 1 and step in ("", *(each.step.id for each in found)):
        return RunRefused(f"{run} asks for more than one approval", f"name one: {named}")
    hint = f"it asks for one of {named}" if found else "`cockpit approvals` lists what is asked for"
    return RunRefused(f"{run} asks for no approval{f' of {step!r}' if step else ''} now", hint)


async def judge(world: World, request: Request, *, refuse_it: bool, reason: str, shown: str = "") -> Judged:
    """Puts a person's word on `request` on record, bound to what they were shown.

    `shown`: a digest or its beginning that they name themselves. Raises RunRefused where they may not, which
    is on record as well, and JournalError.
    """
    may_act(world, "so nothing is approved or refused")
    if not reason.strip():
        raise RunRefused("a word on somebody else's step needs a reason", "say why, for those who read it")
    verb = "refuse" if refuse_it else "approve"
    now = await asked_for(world, request.run.id, request.step.id)
    seen = shown if now.digest == request.digest else shown or request.digest
    why, hint = objection(now, world.actor, world.clock.now(), role=who(world).role, shown=seen)
    if why:
        await refuse(world, f"{verb} {now.run.id} {now.step.id}", RunRefused(why, hint))
    enforced = world.team is not None
    body: dict[str, Json] = {"reason": reason.strip(), "digest": now.digest, "enforced": enforced}
    said = say("approval.refused" if refuse_it else "approval.granted", now.key, **body)
    await world.journal.append([said.fact(now.run, world.clock.now(), world.actor)])
    return await _came_of(world, now, refused=refuse_it, enforced=enforced)


async def _came_of(world: World, request: Request, *, refused: bool, enforced: bool) -> Judged:
    """By the record: what changed between the look and the word makes it count for nothing."""
    found = await find_run(world.journal, request.run.id)
    assert found is not None
    one = found[0].execution(request.key)
    assert one is not None
    if refused:
        return Judged(request, refused, enforced, bool(one.turned_down))
    counts = world.actor in one.approvals
    return Judged(request, refused, enforced, counts, max(0, request.least - len(one.approvals)))


async def answer(world: World, wanted: ApprovalWanted, tell: Callable[[Event], None]) -> None:
    """At a screen. Raises RunRefused and JournalError."""
    request = await asked_for(world, wanted.run, wanted.step)
    judged = await judge(world, request, refuse_it=wanted.refuse, reason=wanted.reason, shown=wanted.digest)
    tell(Reported(judged.text, world.clock.now()))


async def open_ones(journal: Journal, now: float) -> list[Request]:
    """All that can be answered now, of every run. Raises JournalError."""
    return open_requests((await record_now(journal)).runs, now)
