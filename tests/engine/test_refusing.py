"""What somebody may not do is not done, told with the reason, and on record once a minute at most."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.core.access import Access, Person, person
from cockpit.core.events import Denied, ModelReloaded, RoleLearned, ServiceAcknowledged
from cockpit.core.model import Model
from cockpit.core.runbook.actions import Command
from cockpit.core.runbook.states import RunState
from cockpit.core.state import State
from cockpit.core.team import Role
from cockpit.core.update import initial, update
from cockpit.core.update_decisions import objection
from cockpit.core.wanted import PageWanted, SilenceEndWanted, SilenceWanted, UpdateWanted
from cockpit.engine import Engine, Outside
from cockpit.engine.outward import outward
from cockpit.engine.refusing import KIND, ONCE_IN, as_of, may_act, note, only_looks, put
from cockpit.engine.runs.starting import Wanted, prepare, start
from cockpit.engine.runs.world import World
from cockpit.errors import RunRefused

from .runs.stage import Script, Stage, book, setting
from .worlds import SHOP, START

LOOKS = Access(roles={Role.RESPONDER: ("leo",)})
ACK = ServiceAcknowledged("search", "mara", START)
WHY = "mara may only look here (access.roles)"


def told(stage: Stage) -> list[tuple[str, object, object]]:
    facts = [each.fact for each in stage.journal.records]
    assert {each.kind for each in facts} <= {KIND}
    return [(each.actor, each.body["what"], each.body["why"]) for each in facts]


def looking(stage: Stage, **more: object) -> World:
    return stage.world(model=replace(stage.model, access=LOOKS), **more)


async def test_the_same_again_within_a_minute_is_on_record_once() -> None:
    stage = Stage()
    world = stage.world()
    for seconds in (0.0, 1.0, ONCE_IN - 2.0, 2.0):
        stage.clock.at += seconds
        await put(world, "run x", "no")
    await put(world, "run x", "another reason")
    assert told(stage) == [
        ("mara", "run x", "no"),
        ("mara", "run x", "no"),
        ("mara", "run x", "another reason"),
    ]


@pytest.mark.parametrize("why", ["flag", "configuration"])
async def test_where_nobody_may_write_not_even_the_refusal_is_written(why: str) -> None:
    stage = Stage()
    world = looking(stage, readonly=True)
    if why == "configuration":
        world = stage.world(model=replace(stage.model, access=Access(readonly=True)))
    with pytest.raises(RunRefused, match="read-only") as refused:
        may_act(world, "so nothing is done")
    await note(world, "anything", refused.value)
    await put(world, "anything", "no")
    assert stage.journal.records == []


@pytest.mark.parametrize(
    "wanted",
    [
        SilenceWanted(("a=b",), 60.0, "why", "mara", 0.0),
        SilenceEndWanted("main", "s-1", "why", "mara", 0.0),
        UpdateWanted("INC-1", "We look.", "", "internal", "investigating", {}, "mara", 0.0),
        PageWanted("web", "help", "mara", 0.0),
    ],
    ids=lambda each: type(each).__name__,
)
async def test_who_may_only_look_sends_nothing_out(wanted: object) -> None:
    stage = Stage()
    world = looking(stage)
    with pytest.raises(RunRefused, match="mara may only look here") as refused:
        await outward(world, initial(world.model), wanted, [].append)  # type: ignore[arg-type]
    await note(world, "that", refused.value)
    assert [each[:2] for each in told(stage)] == [("mara", "that")]
    assert stage.http.sent == []


async def test_what_cannot_be_whoever_wants_it_is_only_told() -> None:
    stage = Stage()
    await note(stage.world(), "kill x", RunRefused("there is no kill switch 'x'"))
    assert stage.journal.records == []


async def test_a_role_that_the_database_tells_late_counts_from_then_on() -> None:
    stage, role = Stage(), Role.APPROVER
    world = stage.world(role=lambda: role)
    prepared = await prepare(world, Wanted(book(setting("a"))))
    assert only_looks(world) == ""
    role = Role.VIEWER
    with pytest.raises(RunRefused, match=r"the database lets mara only look \(cockpit_viewer\)"):
        await start(world, prepared)
    assert stage.machine.sets == []
    asked = len(stage.machine.environments)
    assert (await prepared.eyes.look(Command(("get", "a")))).why.startswith("not read")
    assert len(stage.machine.environments) == asked


@pytest.mark.parametrize("by", ["role", "cockpit"])
async def test_a_run_of_somebody_who_may_only_look_by_now_starts_nothing_further(by: str) -> None:
    stage, roles = Stage(), [Role.APPROVER]
    read_only = "this cockpit is read-only"
    heard: dict[str, dict[str, object]] = {
        "role": {"role": lambda: roles[0]},
        "cockpit": {"barred": lambda: read_only if roles[0] is Role.VIEWER else ""},
    }

    class Demoting(Script):
        def recorded(self, run: object, records: object) -> None:
            if any(name == "a" for name, _ in stage.machine.sets):
                roles[0] = Role.VIEWER

    run = await stage.run(book(setting("a"), setting("b")), Demoting(), **heard[by])
    assert [name for name, _ in stage.machine.sets] == ["a"]
    assert run.state is RunState.HELD


@pytest.mark.parametrize("readonly", [False, True])
def test_a_world_never_allows_more_than_before(readonly: bool) -> None:
    stage = Stage()
    model = stage.model
    seen = initial(replace(model, access=LOOKS), me=person(LOOKS, "mara"), readonly=readonly)
    world = as_of(stage.world(), seen)
    later = as_of(world, initial(model, me=Person("mara")))
    assert (world.readonly, later.readonly, later.me) == (True, True, world.me)
    assert bool(later.me.only_looks) is not readonly


# The state


def mine(access: Access = Access(), **more: object) -> State:  # noqa: B008 - a value
    model = replace(SHOP, access=access)
    return initial(model, me=person(access, "mara"), **more)  # type: ignore[arg-type]


def test_who_may_only_look_has_a_cockpit_that_is_read_only_and_says_why() -> None:
    state = mine(LOOKS)
    assert (state.readonly, state.is_locked, state.why_readonly) == (True, False, WHY)
    assert objection(state, ACK) == f"{WHY}; ask a responder to do it, or to have mara made one"


def test_of_two_reasons_the_one_that_writes_nothing_holds() -> None:
    state = mine(LOOKS, readonly=True)
    assert (state.readonly, state.is_locked, state.why_readonly) == (True, True, "this cockpit is read-only")


def test_a_reload_may_forbid_and_never_allow() -> None:
    def reloaded(state: State, access: Access) -> State:
        return update(state, ModelReloaded(replace(SHOP, access=access), 0.0))[0]

    forbidden = reloaded(mine(), LOOKS)
    assert (forbidden.readonly, forbidden.why_readonly) == (True, WHY)
    assert reloaded(forbidden, Access()).why_readonly == WHY
    silent = reloaded(forbidden, Access(readonly=True))
    assert (silent.is_locked, reloaded(silent, Access()).is_locked) == (True, True)


def test_a_role_learned_from_the_database_only_takes_away() -> None:
    state, _ = update(mine(), RoleLearned(Role.RESPONDER))
    assert (state.readonly, state.me.role) == (False, Role.RESPONDER)
    state, _ = update(state, RoleLearned(Role.VIEWER))
    assert state.why_readonly == "the database lets mara only look (cockpit_viewer)"
    state, _ = update(state, RoleLearned(Role.APPROVER))
    assert (state.readonly, state.me.role) == (True, Role.VIEWER)


# The loop


async def answered(state: State, *events: Denied | ServiceAcknowledged) -> tuple[Stage, State]:
    stage = Stage()
    engine = Engine(state, lambda _: Outside(), clock=stage.clock, journal=stage.journal)
    for event in events:
        engine.dispatch(event)
    after = await engine.once(0.0)
    await stage.journal.close()
    return stage, after


async def test_a_decision_of_who_may_only_look_is_refused_on_record() -> None:
    stage, state = await answered(mine(LOOKS), ACK, replace(ACK, at=ACK.at + 1))
    assert [each[:2] for each in told(stage)] == [("mara", "search: mara has it")]
    assert state.picture.refused
    assert state.picture.refused.why.startswith(WHY)
    assert state.record.acknowledged == {}


async def test_who_was_told_no_by_a_screen_is_on_record_where_it_is_about_them() -> None:
    by_role = Denied("run change", "mara may not: it takes ann", "mara", 0.0)
    by_world = Denied("run change", "Prometheus answers: no", "mara", 0.0)
    stage, _ = await answered(mine(), by_role, by_world)
    assert told(stage) == [("mara", "run change", "mara may not: it takes ann")]
    stage, _ = await answered(mine(readonly=True), by_role)
    assert told(stage) == []


def test_nobody_is_barred_who_is_not_known() -> None:
    assert initial(Model()).me == Person()
