"""Each task of the machine for real; what comes of it is said in words that go on record."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from cockpit.core.frozen import to_json
from cockpit.core.json import Json, pointed
from cockpit.core.levels import Seconds
from cockpit.core.runbook.actions import Command, HttpCall, Probe, Promql, Wait
from cockpit.core.runbook.conditions import evaluate
from cockpit.core.runbook.holding import ELSEWHERE, held
from cockpit.core.runbook.model import Capture, Condition, Step, Verify
from cockpit.core.runbook.run import Execution, Key, Run
from cockpit.core.runbook.states import Phase
from cockpit.core.runbook.substitute import SubstitutionError
from cockpit.core.runbook.undoing import rollback_of
from cockpit.core.runbook.verification import Progress
from cockpit.core.runbook.words import Task, Word, say
from cockpit.core.runbook.work import Output, Started
from cockpit.engine.refusing import only_looks
from cockpit.engine.runs import finding
from cockpit.engine.runs.acting import Attempt, Hear, act, exit_body
from cockpit.engine.runs.flag_words import flag_words
from cockpit.engine.runs.intents import before_of, comment_of, forward_of, intent_of
from cockpit.engine.runs.looks import Eyes, captured_text, default_success, env_to_look
from cockpit.engine.runs.verifying import Verification, baseline_of, told
from cockpit.errors import CockpitError

Say: TypeAlias = Callable[..., Awaitable[Run]]
EVERY: Seconds = 2.0


class Hands:
    """Does one task at a time. `say` puts words on record; `hear` and `show` are for the person watching."""

    def __init__(
        self,
        eyes: Eyes,
        say: Say,
        hear: Callable[[Key, Output], None],
        show: Callable[[Key, Progress], None],
    ) -> None:
        self.eyes = eyes
        self._say = say
        self._hear = hear
        self._show = show

    async def do(self, task: Task, run: Run, step: Step, one: Execution) -> None:
        """Raises JournalError when the record cannot be written: it has not been begun, or is not over."""
        match task:
            case Task.CAPTURE_BEFORE:
                await self._say([await self._captured(step, one.key, "before")])
            case Task.CAPTURE_AFTER:
                await self._say([await self._captured(step, one.key, "after")])
            case Task.LOOK:
                verdict = await finding.happened(self.eyes, step, None, once=True)
                await self._say([say("reconciled", one.key, when="look", verdict=verdict)])
            case Task.LOOK_BACK:
                seen = await finding.look_back(self.eyes, run, step, one.key)
                await self._say([say("reconciled", one.key, when="look", **seen)])
            case Task.RECONCILE:
                forward = forward_of(run, one.key) if one.key.phase is Phase.UNDO else one
                comment = comment_of(run, step, one.key)
                verdict = await finding.happened(self.eyes, step, before_of(forward), comment=comment)
                await self._say([say("reconciled", one.key, when="after", verdict=verdict)])
            case Task.VERIFY:
                await self._verify(run, step, one)
            case Task.READ:
                await self._say([await self._read(run, step, one.key)])
            case Task.BEGIN:
                await self._begin(run, step, one)
            case Task.RECOVER:
                await self._recover(run, step, one)

    # Looking

    async def _captured(self, step: Step, key: Key, when: str) -> Word:
        values: dict[str, Json] = {}
        failed: dict[str, Json] = {}
        for capture in step.captures:
            if capture.when == when:
                text, why = await self._capture(capture, step)
                (failed if why else values)[capture.name] = why or text
        if when == "after" or step.verify is None:
            return say("captured", key, when=when, values=values, failed=failed)
        baseline = await baseline_of(self.eyes.to("verify", step.id), step.verify)
        return say("captured", key, when=when, values=values, failed=failed, baseline=baseline)

    async def _capture(self, capture: Capture, step: Step) -> tuple[str, str]:
        """(text, why not)"""
        eyes = self.eyes.to("capture", step.id, name=capture.name)
        seen = await eyes.look(capture.ask, env_to_look(step))
        if seen.why:
            return "", seen.why
        success = default_success(capture.ask)
        if success and evaluate(success, seen.names) is not True:
            return "", f"the answer was no good: {seen.text[:80] or seen.names}"
        if not capture.pointer:
            return captured_text(seen.text), ""
        try:
            return captured_text(str(pointed(json.loads(seen.text), capture.pointer))), ""
        except (ValueError, LookupError):
            return "", f"there is nothing at {capture.pointer}"

    async def _read(self, run: Run, step: Step, key: Key) -> Word:
        match step.action:
            case Wait(lasts=float() | int() as lasts):
                await self.eyes.world.clock.sleep(lasts)
                return say("exited", key, ok=True, ending="answered", effect="none")
            case Wait() as wait:
                return await self._until(wait, key)
            case Probe(ask, success):
                condition = Condition(step.title, ask, success)
            case Command() | HttpCall() as look:
                condition = Condition(step.title, look)
            case other:
                reason = f"{type(other).__name__} is nothing to look at"
                return say("exited", key, ok=False, ending="failed", effect="none", reason=reason)
        wanted = condition.success or default_success(condition.ask)
        seen = await self.eyes.to("do", step.id, yes=wanted).look(condition.ask, step.env, step.timeout)
        holds = None if seen.why else evaluate(wanted, {**self.eyes.known, **seen.names}) if wanted else True
        return _looked(key, holds, seen.text, seen.why or (f"{wanted} does not hold" if not holds else ""))

    async def _until(self, wait: Wait, key: Key) -> Word:
        clock = self.eyes.world.clock
        end = clock.now() + wait.within
        while True:
            seen = await self.eyes.look(Promql(wait.promql))
            holds = None if seen.why else evaluate(wait.success, {**self.eyes.known, **seen.names})
            if holds:
                return _looked(key, True, seen.text, "")
            if clock.now() + EVERY > end:
                ending = "inconclusive" if holds is None else "timed_out"
                reason = seen.why or f"{wait.success} did not hold in time (last {seen.text})"
                return say("exited", key, ok=False, ending=ending, effect="none", reason=reason)
            await clock.sleep(EVERY)

    async def _verify(self, run: Run, step: Step, one: Execution) -> None:
        verify, since = self._verify_of(run, step, one), one.begun_at or run.started_at
        baseline: tuple[object, ...] = ()
        first = next((each for each in run.tries(one.key.step, one.key.visit) if each.baseline), None)
        if first and isinstance(first.baseline, dict):
            baseline = tuple(first.baseline.get("values", ()))
        seconds = float(str(one.exit.get("seconds") or 0)) if one.exit else 0.0
        eyes = self.eyes.to("verify" if one.key.phase is Phase.DO else "verify-undo", step.id)
        done = Verification(eyes, verify, baseline, since + seconds, lambda p: self._show(one.key, p))
        await self._say([say("verified", one.key, **told(await done.run(), verify.checks))])

    def _verify_of(self, run: Run, step: Step, one: Execution) -> Verify:
        if one.key.phase is Phase.UNDO:
            forward = forward_of(run, one.key)
            rollback = rollback_of(step, forward) if forward else step.rollback
            assert rollback is not None
            assert rollback.verify is not None
            return rollback.verify
        assert step.verify is not None
        return step.verify

    # Acting

    async def _begin(self, run: Run, step: Step, one: Execution) -> None:
        """Guards at the last moment, then the intent on record, and only then the world moves."""
        if why := only_looks(self.eyes.world):
            await self._say([held(one.key, why, "blocked")])
            return
        if one.key.phase is Phase.DO and (hold := await self._guards(run, one)):
            await self._say([hold])
            return
        try:
            body, attempt = await intent_of(self.eyes, run, step, one.key)
        except (SubstitutionError, CockpitError) as error:
            await self._say([held(one.key, str(error), "blocked")])
            return
        if hold := await self._doubt(one, body, attempt):
            await self._say([hold])
            return
        await self._say([say("intent", one.key, **body), *flag_words(one.key, attempt)], patient=False)
        self.eyes.world.die_at("after_intent")
        eyes = self.eyes.to("do" if one.key.phase is Phase.DO else "undo", step.id)
        exited = await act(eyes, attempt, self._hearing(one.key))
        self.eyes.world.die_at("after_act")
        await self._say([say("exited", one.key, **exited), *flag_words(one.key, attempt, exited)])
        self.eyes.world.die_at("after_exit")

    async def _doubt(self, one: Execution, body: Mapping[str, Json], attempt: Attempt) -> Word | None:
        """What nobody may pass without a word: no way back, or signs that it has been begun before."""
        if body.get("without_undo") and "capture" not in one.confirmed:
            return held(one.key, f"there is no way back: {body['without_undo']}", "capture")
        if "foreign" in one.confirmed or not isinstance(attempt.action, Command) or not attempt.folder:
            return None
        why = await finding.foreign(self.eyes.world, attempt.folder, attempt.name)
        return held(one.key, why, "foreign") if why else None

    async def _guards(self, run: Run, one: Execution) -> Word | None:
        eyes = replace(self.eyes, target=self.eyes.world.target(run.target or run.runbook.target))
        for guard in run.runbook.guards:
            holds, why = await eyes.holds(guard)
            if holds or guard.severity == "warn":
                continue
            if holds is False:
                return held(one.key, f"{guard.title}: {why}", "blocked")
            if "guard" not in one.confirmed:
                hint = f"; by hand: {guard.by_hand}" if guard.by_hand else ""
                return held(one.key, f"{guard.title}: cannot be told ({why}){hint}", "guard")
        return None

    def _hearing(self, key: Key) -> Hear:
        async def hear(heard: Started | Output) -> None:
            if isinstance(heard, Started):
                await self._say([say("spawned", key, identity=to_json(heard.identity))])
                self.eyes.world.die_at("after_spawn")
            else:
                self._hear(key, heard)

        return hear

    async def _recover(self, run: Run, step: Step, one: Execution) -> None:
        """What an earlier life of ours, or somebody else, began."""
        end, where = await finding.end_of(self.eyes, one, self._hearing(one.key))
        if end is None:
            reason = f"it may still be running on {where}, which cannot be seen from here"
            await self._say([held(one.key, reason, ELSEWHERE)])
            return
        await self._say([say("exited", one.key, **exit_body(end, one.key.phase))])


def _looked(key: Key, holds: bool | None, text: str, why: str) -> Word:
    ending = "inconclusive" if holds is None else "answered"
    return say("exited", key, ok=bool(holds), ending=ending, effect="none", stdout=text[-4096:], reason=why)
