"""Drives one run: asks the machine for the next move, makes it, and never makes it twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from typing import Final, TypeVar

from cockpit.core.levels import Seconds
from cockpit.core.runbook import undoing
from cockpit.core.runbook.actions import Nested
from cockpit.core.runbook.answers import Answer, NotAnAnswer, answered
from cockpit.core.runbook.holding import ELSEWHERE, TAKEN_OVER, held
from cockpit.core.runbook.model import Step
from cockpit.core.runbook.moves import next_move
from cockpit.core.runbook.render import names_to_fill
from cockpit.core.runbook.run import Execution, Key, Run, run_lock
from cockpit.core.runbook.words import Ask, Do, Over, Question, Record, Task, Word, say
from cockpit.engine.runs.approving import LOOK_EVERY, Approving
from cockpit.engine.runs.chronicle import Chronicle
from cockpit.engine.runs.looks import Eyes
from cockpit.engine.runs.nested import Nesting
from cockpit.engine.runs.sharing import Sharing
from cockpit.engine.runs.surroundings import target_of
from cockpit.engine.runs.tasks import Hands
from cockpit.engine.runs.watching import watch
from cockpit.engine.runs.world import Desk, Wish, World

Result = TypeVar("Result")
GRANTED: Final = Answer("granted")
LETTING_GO: Final[Seconds] = 1.0
QUIET: Final = frozenset({Task.VERIFY, Task.READ, Task.LOOK, Task.LOOK_BACK, Task.CAPTURE_BEFORE})
"""Tasks that only look, so that they may be broken off and done anew."""


class Left(Exception):
    """Nothing further is started; the record says where it stands."""


class Driver:
    """One run until it is final, or until whoever runs it leaves."""

    def __init__(
        self, world: World, run: Run, seen: int, desk: Desk, secrets: Mapping[str, str], depth: int = 0
    ) -> None:
        """`seen`: up to which record `run` has been folded."""
        self.world = world
        self._sharing = Sharing(desk, world.team, run.id) if world.team else None
        self.desk: Desk = self._sharing or desk
        self.secrets = secrets
        self._depth = depth
        self._chronicle = Chronicle(world, run, seen, desk.recorded)
        self._wish: asyncio.Task[Wish] | None = None
        self._proposals: asyncio.Queue[Wish] = asyncio.Queue()
        self._later: Wish | None = None
        """Wanted while a command was running; it comes up when that has ended."""
        self._approving = Approving(world, self._chronicle)
        self._lost = ""
        """Why the run is not ours any more; what runs is still heard to its end."""

    @property
    def run(self) -> Run:
        return self._chronicle.run

    async def drive(self) -> Run:
        """Raises JournalError when the record cannot be written any more; what runs then runs on."""
        watches = [asyncio.ensure_future(watch(self)), asyncio.ensure_future(self._watch_hold())]
        if self._sharing:
            watches.append(asyncio.ensure_future(self._sharing.show_forever()))
        try:
            with suppress(Left):
                await self._approving.begun()
                await self._note_hands()
                while await self._turn():
                    pass
        finally:
            for each in watches:
                each.cancel()
            if self._wish:
                self._wish.cancel()
        return self.run

    def propose(self, wish: Wish) -> None:
        self._proposals.put_nowait(wish)

    def take_back(self, why: str) -> None:
        """All that stands goes, once nothing is under way any more."""
        self._later = Wish("undo-all", why)

    async def say(self, words: list[Word] | tuple[Word, ...], *, patient: bool = True) -> Run:
        return await self._chronicle.say(words, patient=patient)

    def eyes(self, step: Step | None = None) -> Eyes:
        run = self.run
        name = target_of(step, run.runbook, run.target) if step else run.target or run.runbook.target
        return Eyes(self.world, run.runbook, self.world.target(name), names_to_fill(run), self.secrets)

    async def _note_hands(self) -> None:
        """That it is somebody else's by now goes on record, and who that is."""
        run = self.run
        if not run.parent and not run.final and run.hands not in ("", self.world.actor):
            await self.say([say("run.resumed", choice=TAKEN_OVER, previous=run.hands)])

    async def _watch_hold(self) -> None:
        self._lost = await self.world.owners.lost(run_lock(self.run.id))
        self.desk.complain(f"{self.run.id} is left: {self._lost}")
        self.propose(Wish("leave", self._lost))

    async def _turn(self) -> bool:
        if self._lost:
            raise Left
        await self._chronicle.catch_up()
        match next_move(self.run):
            case Over() if self._later is not None:
                wish, self._later = self._later, None
                await self._grant(wish, self.run.key)
            case Over():
                return False
            case Record(words):
                await self.say(words)
            case Do(Task.RECOVER, key) if not self._is_nested(key):  # it may still be running
                await self._do(Task.RECOVER, key)
            case Do(_, key) | Ask(Question(_, key)) if self._later is not None:
                wish, self._later = self._later, None
                await self._grant(wish, key)
            case Do(task, key):
                await self._do(task, key)
            case Ask(question):
                await self._ask(question)
        return True

    def _is_nested(self, key: Key) -> bool:
        step = self.run.step(key.step)
        return step is not None and isinstance(step.action, Nested)

    # Tasks

    async def _do(self, task: Task, key: Key) -> None:
        step = self.run.step(key.step)
        assert step is not None
        one = self.run.execution(key) or Execution(key)
        if task in (Task.BEGIN, Task.READ) and await self._approving.lapsed(step, one):
            return
        if isinstance(step.action, Nested) and task in (Task.BEGIN, Task.RECOVER):
            await Nesting(self, self._depth).do(step, one)
            return
        hands = Hands(
            self.eyes(step),
            self.say,
            lambda of, output: self.desk.heard(self.run, of, output),
            lambda of, progress: self.desk.progress(self.run, of, progress),
        )
        await self._unless_wished(hands.do(task, self.run, step, one), task, key)

    async def _unless_wished(self, work: Awaitable[None], task: Task, key: Key) -> None:
        """Do `work`, and hear what the person wants meanwhile: a look is broken off, an action is not."""
        task_of_it = asyncio.ensure_future(work)
        try:
            while not task_of_it.done():
                wish = self._listening()
                await asyncio.wait({task_of_it, wish}, return_when=asyncio.FIRST_COMPLETED)
                if not wish.done() or task_of_it.done():
                    continue
                if task in QUIET:
                    await _let_go(task_of_it)
                    await self._grant(self._heard_wish(), key)
                    return
                await self._while_it_runs(self._heard_wish(), key)
        except BaseException:
            await _let_go(task_of_it)  # leaving the command alone: its shim looks after it
            raise
        await task_of_it

    async def _while_it_runs(self, wish: Wish, key: Key) -> None:
        match wish.what:
            case "leave" if self._lost:
                self.desk.complain("nothing further starts; how it ends is still put on record")
            case "leave":
                raise Left
            case "interrupt":
                await self._interrupt(key)
            case "hold":
                self.desk.complain(f"when this has ended: {wish.reason or 'nothing further starts'}")
                self._later = wish
            case _:
                self.desk.complain("a command is running: interrupt it first, or wait for its end")

    async def _interrupt(self, key: Key) -> None:
        from cockpit.engine.runs.finding import identity_of

        one = self.run.execution(key)
        identity = identity_of(one) if one else None
        if identity is None or not await self.world.runner.interrupt(identity):
            self.desk.complain("there is nothing to interrupt")

    # Questions and wishes

    async def _ask(self, question: Question) -> None:
        if question.kind == "approval":
            await self._approving.request(self.run, question)
        elif question.kind != "hold":
            await self._note_asked(question)
        wish = self._listening()
        asked = asyncio.ensure_future(self._answer_to(question))
        try:
            await asyncio.wait({asked, wish}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not asked.done():
                asked.cancel()
        if wish.done():
            await self._grant(self._heard_wish(), question.key)
        else:
            await self._take(question, asked.result())

    async def _answer_to(self, question: Question) -> Answer | None:
        """The operator's own, or what others put on record meanwhile that answers it as well."""
        answer = asyncio.ensure_future(self.desk.answer(self.run, question))
        if question.kind == "approval":
            granted = asyncio.ensure_future(self._approving.settled(question.key))
        elif self._is_elsewhere:
            granted = asyncio.ensure_future(self._reported())
        else:
            return await answer
        try:
            await asyncio.wait({answer, granted}, return_when=asyncio.FIRST_COMPLETED)
            if granted.done():
                granted.result()
                return GRANTED
            return answer.result()
        finally:
            granted.cancel()
            answer.cancel()

    @property
    def _is_elsewhere(self) -> bool:
        """Whether something may be running that cannot be seen from here."""
        return self.run.hold is not None and self.run.hold.kind == ELSEWHERE

    async def _reported(self) -> None:
        """Returns when the cockpit of that machine has said how it ended."""
        while self._is_elsewhere:
            await self.world.clock.sleep(LOOK_EVERY)
            await self._chronicle.look()

    async def _note_asked(self, question: Question) -> None:
        one = self.run.execution(question.key)
        if one is None or one.asked != question.kind:
            await self.say([say("asked", question.key, question=question.kind, phrase=question.phrase)])

    async def _take(self, question: Question, answer: Answer | None) -> None:
        if answer is None:
            raise Left
        if answer is GRANTED:  # what others said is on record already
            return
        try:
            words = answered(self.run, question, answer, self.world.clock.now())
        except NotAnAnswer as error:
            self.desk.complain(str(error))
            return
        await self.say(words, patient=False)

    def _listening(self) -> asyncio.Task[Wish]:
        if self._wish is None:
            self._wish = asyncio.ensure_future(self._next_wish())
        return self._wish

    async def _next_wish(self) -> Wish:
        """A person's, or what a watched condition proposes."""
        both = [asyncio.ensure_future(self.desk.wish()), asyncio.ensure_future(self._proposals.get())]
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            for each in both:
                each.cancel()

    def _heard_wish(self) -> Wish:
        assert self._wish is not None
        wish, self._wish = self._wish.result(), None
        return wish

    async def _grant(self, wish: Wish, key: Key) -> None:
        """A wish while nothing is running. Whatever follows from it is on record like any answer."""
        now, run = self.world.clock.now(), self.run
        match wish.what:
            case "leave":
                raise Left
            case _ if self._is_elsewhere:
                self.desk.complain("it may still be running where nobody here can see it: that comes first")
            case "interrupt":
                await self.say([held(key, "stopped by hand", "operator")])
            case "hold":
                proposed = wish.reason if wish.proposed else ""
                await self.say([held(key, wish.reason or "stopped by hand", "operator", proposed)])
            case "undo":
                await self.say([undoing.planned(run, now, wish.reason or "one step", wish.only)])
            case "undo-all":
                await self.say([undoing.planned(run, now, wish.reason or "wished by the operator")])
            case "abort":
                await self.say(list(undoing.aborted(run)))


async def _let_go(task: asyncio.Future[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await asyncio.wait_for(asyncio.shield(asyncio.wait({task})), LETTING_GO)
