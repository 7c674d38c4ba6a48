"""Kill switches at the screen: what stores say, what is moved, and what nobody knows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from cockpit.adapters.flags.command import Command
from cockpit.adapters.flags.look_only import LookOnly
from cockpit.adapters.secrets import Secrets
from cockpit.core.access import Access
from cockpit.core.events import (
    Event,
    ModelReloaded,
    Reported,
    SwitchesSeen,
)
from cockpit.core.flips import Flips, replayed
from cockpit.core.journal import Fact, Recorded
from cockpit.core.model import FlagStore, KillSwitch, Model
from cockpit.core.runbook.work import FlagState
from cockpit.core.state import State
from cockpit.core.switches import SwitchLook, SwitchSeen, every, seen_in
from cockpit.core.update import initial, update
from cockpit.core.wanted import (
    FlagWanted,
    SwitchesWanted,
)
from cockpit.engine.switching import Switchboard
from cockpit.errors import JournalError, RunRefused

from .runs.stage import Stage
from .switches import ENVIRONMENTS, FLAGD, GUEST, PAY, Environments, Stores, stores


@dataclass
class Desk:
    """A switchboard, and a screen before it that remembers what it was told."""

    stores: Stores
    stage: Stage = field(default_factory=Stage)
    said: list[Event] = field(default_factory=list)
    readonly: bool = False
    board: Switchboard = field(init=False)
    state: State = field(init=False)

    def __post_init__(self) -> None:
        model = Model(flags=self.stores.declared, kill_switches=(PAY, GUEST))
        self.state = initial(model)
        self.board = Switchboard(self.hear, lambda: None)

    def hear(self, event: Event) -> None:
        self.said.append(event)
        self.state, _ = update(self.state, event)

    def world(self, **more: Any) -> Any:
        given = {"flags": self.stores.providers(), "readonly": self.readonly, **more}
        return self.stage.world(model=self.state.model, **given)

    @property
    def flips(self) -> Flips:
        return replayed(self.stage.journal.records)

    async def look(self, find_out: bool = False) -> None:
        await self.board.look(self.world(), self.flips, SwitchesWanted(0.0, find_out))

    def seen(self, key: str, env: str) -> SwitchSeen:
        for switch, where in every(self.state.model):
            if (switch.key, where) == (key, env):
                return seen_in(self.state.model, self.state.picture.switches, self.flips, switch, env)
        raise LookupError(key)

    async def move(self, what: Any, key: str, env: str, shown: FlagState | None = None, **more: Any) -> str:
        """What was reported of it."""
        wanted = FlagWanted(key, env, what, "the bank is away", "mara", 0.0, shown)
        await self.board.move(self.world(**more), self.flips, wanted)
        return [each.text for each in self.said if isinstance(each, Reported)][-1]

    def kinds(self) -> list[str]:
        return [each.fact.kind for each in self.stage.journal.records]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with stores(tmp_path) as found:
        yield Desk(found)


async def test_every_switch_is_looked_at_in_every_environment(desk: Desk) -> None:
    desk.stores.server.by_env["prod"]["guest"] = True
    assert desk.seen("guest", "prod").trouble == "its store has not been asked yet"
    await desk.look()
    assert [desk.seen("guest", env).killed for env in ENVIRONMENTS] == [False, False, True]
    assert desk.seen("pay-async", "default").killed is False
    assert desk.seen("pay-async", "default").stored.hazards  # type: ignore[union-attr]
    assert desk.stage.journal.records == []


async def test_a_store_that_cannot_be_read_is_unknown_and_takes_no_other_with_it(desk: Desk) -> None:
    await desk.look()
    desk.stores.file.write_text("{")
    await desk.look()
    seen = desk.seen("pay-async", "default")
    assert (seen.killed, seen.stored) == (None, None)
    assert "shop.flagd.json" in seen.trouble
    assert desk.seen("guest", "dev").killed is False


async def test_a_command_runs_only_when_somebody_asks(desk: Desk, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    run = ("sh", "-c", f"echo >> {ran}; echo '{{\"enabled\": true}}'")
    store = FlagStore("program", "command", options={"run": run})
    switch = KillSwitch("program-off", "program")
    desk.state = initial(Model(flags=(store,), kill_switches=(switch,)))
    flags = {"program": Command(store, Secrets({}))}
    await desk.board.look(desk.world(flags=flags), desk.flips, SwitchesWanted(0.0))
    assert not ran.exists()
    assert "runs only when somebody asks" in desk.seen("program-off", "default").trouble
    await desk.board.look(desk.world(flags=flags), desk.flips, SwitchesWanted(0.0, find_out=True))
    assert desk.seen("program-off", "default").killed is True


async def test_what_was_asked_later_counts_in_whatever_order_answers_come(desk: Desk) -> None:
    place = ("files", "default", "pay-async")
    for at in (20.0, 10.0):
        look = SwitchLook(at, FlagState("pay-async", "default", at == 20.0))
        desk.hear(SwitchesSeen({place: look}))
    assert desk.seen("pay-async", "default").killed is True


async def test_a_reload_forgets_what_other_stores_said(desk: Desk) -> None:
    await desk.look()
    state, _ = update(desk.state, ModelReloaded(Model(), 0.0))
    assert state.picture.switches == {}


async def test_a_reload_may_forbid_writing_and_never_allow_it() -> None:
    state = initial(Model(access=Access(readonly=True)), readonly=True)
    state, _ = update(state, ModelReloaded(Model(), 0.0))
    assert state.readonly
    state, _ = update(initial(Model()), ModelReloaded(Model(access=Access(readonly=True)), 0.0))
    assert state.readonly


async def test_a_kill_moves_one_environment_and_a_restore_puts_it_back(desk: Desk) -> None:
    await desk.look()
    shown = desk.seen("guest", "staging").stored
    assert await desk.move("kill", "guest", "staging", shown) == "kill guest@staging: applied"
    assert desk.stores.guests() == [False, True, False]
    assert desk.kinds() == ["flag.requested", "flag.settled", "obligation.opened"]
    assert desk.seen("guest", "staging").killed  # it was looked at again
    back = await desk.move("restore", "guest", "staging", desk.seen("guest", "staging").stored)
    assert back == "restore guest@staging: applied"
    assert desk.stores.guests() == [False, False, False]


async def test_the_file_is_as_it_was_to_the_letter(desk: Desk) -> None:
    await desk.move("kill", "pay-async", "default")
    assert desk.stores.killed()
    await desk.look()
    await desk.move("restore", "pay-async", "default", desk.seen("pay-async", "default").stored)
    assert desk.stores.file.read_text() == FLAGD


async def test_what_is_not_as_it_was_shown_is_a_conflict_and_stays(desk: Desk) -> None:
    await desk.look()
    shown = desk.seen("pay-async", "default").stored
    theirs = FLAGD.replace('"targeting"', '"metadata"')
    desk.stores.file.write_text(theirs)
    told = await desk.move("kill", "pay-async", "default", shown)
    assert told == "kill pay-async@default: not applied: a conflict (it is not as it was shown)"
    assert desk.stores.file.read_text() == theirs


async def test_what_changed_and_looks_the_same_is_killed_and_put_back_as_it_was_then(desk: Desk) -> None:
    await desk.look()
    shown = desk.seen("pay-async", "default").stored
    theirs = FLAGD.replace('"CH"', '"AT"')
    desk.stores.file.write_text(theirs)
    assert await desk.move("kill", "pay-async", "default", shown) == "kill pay-async@default: applied"
    killed = desk.seen("pay-async", "default").stored
    assert await desk.move("restore", "pay-async", "default", killed) == "restore pay-async@default: applied"
    assert desk.stores.file.read_text() == theirs


async def test_who_finds_it_killed_before_that_is_on_record_opens_no_second_debt(desk: Desk) -> None:
    other = Desk(desk.stores, stage=desk.stage)

    class Late:
        """The record, on which what came of the first kill stands only after the second is over."""

        told = ""

        async def append(self, facts: Sequence[Fact]) -> Sequence[Recorded]:
            if facts[0].kind == "flag.settled" and not self.told:
                self.told = await other.move("kill", "pay-async", "default")
            return await desk.stage.journal.append(facts)

        def __getattr__(self, name: str) -> Any:
            return getattr(desk.stage.journal, name)

    late = Late()
    assert await desk.move("kill", "pay-async", "default", journal=late) == "kill pay-async@default: applied"
    assert late.told == "kill pay-async@default: was so already"
    assert sorted(desk.kinds()) == ["flag.requested"] * 2 + ["flag.settled"] * 2 + ["obligation.opened"]


async def test_a_lost_answer_stays_a_doubt_until_a_look_shows_that_it_was_done(tmp_path: Path) -> None:
    server = Environments(lose=lambda method, path: method == "POST")
    server.fault, server.done_anyway = (500, ""), False
    async with stores(tmp_path, server) as found:
        desk = Desk(found)
        told = await desk.move("kill", "guest", "prod")
        assert "may or may not have been applied" in told
        assert desk.seen("guest", "prod").doubtful
        with pytest.raises(RunRefused, match="not put back blindly"):
            await desk.move("restore", "guest", "prod")
        await desk.look(find_out=True)
        assert desk.seen("guest", "prod").doubtful  # it does not show, which proves nothing
        server.by_env["prod"]["guest"] = True  # as the slow server does in the end
        await desk.look()
        assert desk.seen("guest", "prod").doubtful  # who only watches finds nothing out
        await desk.look(find_out=True)
        assert not desk.seen("guest", "prod").doubtful
        server.fault, server.lose = None, lambda method, path: False
        assert await desk.move("restore", "guest", "prod") == "restore guest@prod: applied"
        assert len(server.writes()) == 2


async def test_read_only_moves_nothing_and_writes_nothing(desk: Desk) -> None:
    desk.readonly = True
    await desk.look(find_out=True)
    with pytest.raises(RunRefused, match="read-only"):
        await desk.move("kill", "pay-async", "default")
    assert desk.stores.file.read_text() == FLAGD
    assert desk.stage.journal.records == []


async def test_a_configuration_that_forbids_writing_is_heard_as_well(desk: Desk) -> None:
    desk.state = initial(replace(desk.state.model, access=Access(readonly=True)))
    with pytest.raises(RunRefused, match="read-only"):
        await desk.move("kill", "pay-async", "default")
    assert desk.stage.journal.records == []


async def test_there_is_no_way_to_write_through_a_store_that_is_only_looked_at(desk: Desk) -> None:
    store = LookOnly(desk.stores.providers()["files"])
    before = await store.get("pay-async", "")
    assert before is not None
    said = {"comment": "", "actor": "", "op_id": ""}
    killed = await store.set("pay-async", "", True, None, **said)
    restored = await store.restore(before, **said)
    assert {killed.outcome, restored.outcome} == {"DENIED"}
    assert desk.stores.file.read_text() == FLAGD


@pytest.mark.parametrize(("key", "env"), [("guest", "moon"), ("nix", "prod"), ("pay-async", "prod")])
async def test_what_is_not_configured_is_not_moved(desk: Desk, key: str, env: str) -> None:
    with pytest.raises(RunRefused, match="there is no kill switch"):
        await desk.move("kill", key, env)
    assert desk.stores.server.asked == []


async def test_without_a_record_nothing_moves_and_without_an_answer_on_it_nobody_calls_it_done(
    desk: Desk,
) -> None:
    append, room = desk.stage.journal.append, [0]

    async def full(facts: Sequence[Fact]) -> Sequence[Recorded]:
        if not room[0]:
            raise JournalError("the disk is full")
        room[0] -= 1
        return await append(facts)

    desk.stage.journal.append = full  # type: ignore[method-assign]
    with pytest.raises(JournalError, match="the disk is full"):
        await desk.move("kill", "pay-async", "default")
    assert not desk.stores.killed()
    room[0] = 1
    told = await desk.move("kill", "pay-async", "default")
    assert told == "kill pay-async@default: applied; this could not be put on record: the disk is full"
    assert desk.stores.killed()
    assert desk.seen("pay-async", "default").doubtful
