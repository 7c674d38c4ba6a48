"""A run from its first key to its end, against commands that fail, lie and vanish."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.core.journal import Recorded
from cockpit.core.runbook.actions import Command, Promql
from cockpit.core.runbook.answers import Answer
from cockpit.core.runbook.model import Check, Condition, Confirm, Rollback, Verify
from cockpit.core.runbook.states import Effect, RunState, StepState
from cockpit.engine.runs.driver import Driver
from cockpit.engine.runs.remembered import find_run
from cockpit.engine.runs.starting import Wanted, prepare, start
from cockpit.engine.runs.world import Wish
from cockpit.errors import JournalError, RunRefused

from .stage import Script, Stage, book, setting


async def test_a_step_is_looked_at_meant_done_and_settled_in_this_order() -> None:
    stage = Stage()
    stage.machine.values["a"] = "old"
    run = await stage.run(book(setting("a")), Script())
    assert run.state is RunState.COMPLETED
    assert stage.machine.sets == [("a", "new")]
    assert stage.kinds() == [
        "run.started",
        "step.captured",
        "step.reconciled",
        "step.asked",
        "step.confirmed",
        "step.intent",
        "step.spawned",
        "step.exited",
        "step.settled",
        "run.finished",
    ]


async def test_a_target_brings_its_own_context_and_the_ambient_one_is_never_seen() -> None:
    stage = Stage()
    await stage.run(book(setting("a")), Script())
    assert {each.get("KUBECONFIG") for each in stage.machine.environments} == {"/etc/prod"}


async def test_a_failed_step_holds_and_all_is_taken_back_newest_first() -> None:
    stage = Stage()
    stage.machine.values |= {"a": "old", "b": "old", "c": "old"}
    stage.machine.trouble["c"] = "lies"
    desk = Script({"hold:set-c": [Answer("undo-all", "it is broken")]})
    run = await stage.run(book(setting("a"), setting("b"), setting("c")), desk)
    assert (run.state, run.rollback, run.forward) == (RunState.ROLLED_BACK, "complete", "failed")
    assert stage.machine.values == {"a": "old", "b": "old", "c": "old"}
    assert stage.machine.sets[3:] == [("c", "old"), ("b", "old"), ("a", "old")]


async def test_what_has_happened_already_is_left_and_never_undone() -> None:
    stage = Stage()
    stage.machine.values |= {"a": "new", "b": "old"}
    desk = Script({"already:set-a": [Answer("skip")], "confirm:set-b": []}, keys=True)
    run = await stage.run(book(setting("a"), setting("b", reconcile=None)), desk)
    assert run.state is RunState.COMPLETED
    assert stage.machine.sets == [("b", "new")]
    assert [one.effect for one in run.executions] == [Effect.ALREADY, Effect.APPLIED]


async def test_a_lost_command_is_never_recorded_as_applied() -> None:
    stage = Stage()
    stage.machine.trouble["a"] = "lost"
    desk = Script()
    run = await stage.run(book(setting("a", reconcile=None, on_unknown_ask=True)), desk)
    assert run.state is RunState.HELD
    assert run.executions[0].effect is Effect.UNKNOWN
    assert run.executions[0].state is StepState.UNKNOWN
    retry = desk.asked[-1].choice("retry")
    assert retry is not None
    assert "must not happen twice" in retry.why_not


async def test_a_lost_command_that_can_be_looked_at_is_found_out_about() -> None:
    stage = Stage()
    stage.machine.values["a"] = "old"
    stage.machine.trouble["a"] = "lost"
    run = await stage.run(book(setting("a")), Script())
    assert run.state is RunState.COMPLETED
    assert run.executions[0].reconciled == "applied"


async def test_a_run_that_was_left_goes_on_where_it_stood() -> None:
    stage = Stage()
    stage.machine.values |= {"a": "old", "b": "old"}
    desk = Script({"confirm:set-b": []}, keys=True)
    world = stage.world()
    runbook = book(setting("a"), setting("b", confirm=Confirm("type", "go")))
    left = await stage.run(runbook, desk)
    assert (left.state, left.at_step) == (RunState.RUNNING, "set-b")
    found = await find_run(stage.journal, "R-1")
    assert found is not None
    assert found[0] == left
    again = Script({"confirm:set-b": [Answer("y", "wrong"), Answer("y", "go")]})
    run = await Driver(world, *found, again, {}).drive()
    assert run.state is RunState.COMPLETED
    assert again.complaints == ["type exactly: go"]
    assert stage.machine.sets == [("a", "new"), ("b", "new")]


async def test_a_crash_after_the_intent_is_found_out_about_and_not_repeated() -> None:
    stage = Stage()
    stage.machine.values["a"] = "old"

    class Died(BaseException):
        pass

    def die(point: str) -> None:
        if point == "after_act":
            raise Died

    with pytest.raises(Died):
        await stage.run(book(setting("a")), Script(), die_at=die)
    assert stage.kinds()[-1] == "step.spawned"
    found = await find_run(stage.journal, "R-1")
    assert found is not None
    assert found[0].executions[0].effect is Effect.INTENDED
    run = await Driver(stage.world(), *found, Script(), {}).drive()
    assert run.state is RunState.COMPLETED
    assert stage.machine.sets == [("a", "new")], "found out about by looking, not by doing it again"


async def test_verification_wants_a_streak_and_says_what_it_saw() -> None:
    stage = Stage()
    stage.machine.values["a"] = "old"
    stage.gauges.values["errors"] = [0.5, 0.4, 0.005, 0.2, 0.005, 0.004, 0.003]
    verify = Verify((Check(Promql("errors"), "value < 0.01"),), streak=3, within=120)
    desk = Script()
    run = await stage.run(book(setting("a", verify=verify)), desk)
    assert run.state is RunState.COMPLETED
    assert [progress.streak for progress in desk.seen] == [0, 1, 0, 1, 2, 3]
    baseline = run.executions[0].baseline
    assert baseline == {"values": [0.5], "already": False}


async def test_a_check_that_sees_nothing_is_no_success() -> None:
    stage = Stage()
    stage.machine.values["a"] = "old"
    verify = Verify((Check(Promql("nothing"), "value < 0.01"),), within=20)
    run = await stage.run(book(setting("a", verify=verify)), Script())
    assert run.state is RunState.HELD
    assert run.executions[0].state is StepState.INCONCLUSIVE
    assert run.executions[0].effect is Effect.APPLIED


async def test_a_guard_that_cannot_be_asked_needs_a_typed_reason_and_a_false_one_cannot_be_passed() -> None:
    stage = Stage()
    guard = Condition("no migration", Promql("migrations"), "value == 0")
    stage.gauges.values["migrations"] = [0.0, None]
    desk = Script({"hold:set-a": [Answer("override", "asked the owner")]})
    run = await stage.run(book(setting("a"), guards=(guard,)), desk)
    assert run.state is RunState.COMPLETED
    stage = Stage()
    stage.gauges.values["migrations"] = [0.0, 1.0]
    desk = Script()
    run = await stage.run(book(setting("a"), guards=(guard,)), desk)
    assert run.state is RunState.HELD
    assert desk.asked[-1].choice("override") is None
    assert stage.machine.sets == []


async def test_a_precondition_that_fails_refuses_and_the_refusal_is_on_record() -> None:
    stage = Stage()
    wrong = Condition("not in business hours", Promql("hour"), "value > 18")
    stage.gauges.values["hour"] = [12.0]
    with pytest.raises(RunRefused, match="not in business hours"):
        await stage.run(book(setting("a"), preconditions=(wrong,)), Script())
    assert [record.fact.kind for record in stage.journal.records] == ["access.refused"]


async def test_a_wish_to_take_all_back_is_heard_between_steps() -> None:
    stage = Stage()
    stage.machine.values |= {"a": "old", "b": "old"}
    desk = Script(keys=False)
    desk.answers = {"confirm:set-a": [Answer(), Answer()]}

    async def answer(run, question):  # type: ignore[no-untyped-def]
        if question.key.step == "set-b":
            desk.wishes.put_nowait(Wish("undo-all", "wrong runbook"))
            import asyncio

            await asyncio.sleep(60)
        return Answer()

    desk.answer = answer  # type: ignore[method-assign]
    run = await stage.run(book(setting("a"), setting("b")), desk)
    assert (run.state, run.forward) == (RunState.ROLLED_BACK, "aborted")
    assert stage.machine.values == {"a": "old", "b": "old"}


async def test_two_runs_on_one_service_exclude_each_other() -> None:
    stage = Stage()
    stage.owned.others.add("target:shop")
    with pytest.raises(RunRefused, match="target:shop"):
        await stage.run(book(setting("a")), Script())


class Fading(MemoryJournal):
    """Cannot be read any more once `lasts` looks were had."""

    def __init__(self, lasts: int) -> None:
        super().__init__()
        self.lasts = lasts

    async def read(
        self, after: int = 0, limit: int = 10_000, *, run: str = "", kind: str = ""
    ) -> Sequence[Recorded]:
        self._look()
        return await super().read(after, limit, run=run, kind=kind)

    async def run_ids(self) -> Sequence[str]:
        self._look()
        return await super().run_ids()

    def _look(self) -> None:
        self.lasts -= 1
        if self.lasts < 0:
            raise JournalError("gone")


@pytest.mark.parametrize("lasts", range(4))
async def test_what_was_claimed_for_a_run_that_does_not_begin_here_is_free_again(lasts: int) -> None:
    stage = Stage(journal=Fading(99))
    world = stage.world()
    prepared = await prepare(world, Wanted(book(setting("a"))))
    stage.journal.lasts = lasts  # type: ignore[attr-defined]
    with pytest.raises(JournalError):
        await start(world, prepared)
    assert stage.owned.held == set()


async def test_going_on_without_a_capture_goes_on_without_undo() -> None:
    stage = Stage()
    capture = setting("a").captures[0]
    broken = (type(capture)("was", Promql("nothing")),)
    desk = Script({"hold:set-a": [Answer("override", "no time")]})
    run = await stage.run(book(setting("a", captures=broken)), desk)
    assert run.state is RunState.COMPLETED
    intent = run.executions[0].intent
    assert intent is not None
    assert "begun without its undo" in str(intent["without_undo"])


async def test_an_undo_that_fails_holds_and_nothing_older_is_touched() -> None:
    stage = Stage()
    stage.machine.values |= {"a": "old", "b": "old", "c": "old"}
    stage.machine.trouble["c"] = "fails"
    broken = Rollback(Command(("set", "c", "${captures.was}")))
    desk = Script({"hold:set-c": [Answer("undo-all", "go back")]})
    steps = (setting("a"), setting("b", rollback=broken), setting("c"))
    run = await stage.run(book(*steps), desk)
    assert run.state is RunState.HELD
    assert run.hold is not None
    assert (run.hold.step, run.hold.phase) == ("set-b", "undo")
    assert stage.machine.values["a"] == "new"
    choices = {each.name: each.why_not for each in desk.asked[-1].choices}
    assert choices == {"retry": "", "attest": "", "leave": "", "abort": ""}
