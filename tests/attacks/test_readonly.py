"""Read-only is read-only: every command and every key, and nothing that can be moved has moved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input
from typer.main import get_command

from cockpit.cli.app import app
from cockpit.core.access import Access
from cockpit.core.incident.words import declared
from cockpit.core.levels import Severity
from cockpit.core.team import Role
from cockpit.tui.app import CockpitApp
from cockpit.views.keys import BINDINGS
from tests.cli.changing import changing, go
from tests.tui.acting import Acted
from tests.tui.conftest import screen_text
from tests.tui.scenes import NOW

MORE = """\
flags: [{name: files, provider: flagd-file, path: flags.json, environments: [default]}]
kill_switches: [{key: off, provider: files, service: checkout, expires: 1h}]
"""
PAPER = """\
    owner: web
    degradations: [{name: paper, manual: true, level: DEGRADED, works: all of it, lost: time}]
"""
FLAG = {"state": "ENABLED", "variants": {"on": True, "no": False}, "defaultVariant": "no"}
WHY = ("--reason", "because")
ACTS = {
    "run": ("run", "change", "--yes"),
    "resume": ("resume", "last", "--yes"),
    "rollback": ("rollback", "last", "--yes"),
    "takeover": ("takeover", "R-1"),
    "approve": ("approve", "R-1", "write", *WHY),
    "degrade": ("degrade", "checkout", "paper", "on", *WHY),
    "do": ("do", "--target", "here", *WHY, "--", "./set", "value", "done"),
    "flags kill": ("flags", "kill", "off", "--yes", *WHY),
    "flags restore": ("flags", "restore", "off", "--yes", *WHY),
    "incident declare": ("incident", "declare", "Orders fail"),
    "incident join": ("incident", "join"),
    "incident note": ("incident", "note", "it is slow"),
    "incident role": ("incident", "role", "scribe"),
    "incident severity": ("incident", "severity", "SEV1", *WHY),
    "incident resolve": ("incident", "resolve", *WHY),
    "incident reopen": ("incident", "reopen", *WHY),
    "incident clean-up": ("incident", "clean-up", "queue", *WHY),
    "incident update": ("incident", "update", "--text", "We look.", "--to", "chat"),
    "incident handover": ("incident", "handover", "--to", "leo"),
    "watch": ("watch",),
    "incident page": ("incident", "page", "web", "--text", "help"),
    "ack": ("ack", "checkout"),
    "alerts silence": ("alerts", "silence", "alertname=Slow", "--for", "1h", "--yes", *WHY),
    "journal init": ("journal", "init", "--postgres", "postgresql://127.0.0.1:1/none"),
    "journal copy": ("journal", "copy", "--to", "copied"),
    "alerts expire": ("alerts", "expire", "s-1", "--yes", *WHY),
}
LOOKS = {
    "runbooks": ("runbooks",),
    "plan": ("plan", "change"),
    "check": ("check", "change"),
    "runs": ("runs", "--all"),
    "approvals": ("approvals",),
    "print": ("print", "change"),
    "status": ("status",),
    "lint": ("lint", "--live"),
    "doctor": ("doctor",),
    "trust": ("trust",),
    "schema": ("schema", "Cockpit"),
    "rules": ("rules",),
    "journal verify": ("journal", "verify"),
    "journal tail": ("journal", "tail"),
    "journal export": ("journal", "export"),
    "flags list": ("flags", "list"),
    "flags show": ("flags", "show", "off"),
    "incident list": ("incident", "list"),
    "incident show": ("incident", "show"),
    "incident call": ("incident", "call", "checkout"),
    "audit": ("audit", "--live"),
    "gate": ("gate", "checkout"),
    "what-if": ("what-if", "checkout"),
    "discover": ("discover",),
    "review": ("review",),
    "who": ("who",),
}
ELSEWHERE = {
    "init": "only into a folder that was empty",
    "import backstage": "only into the file that it is told",
    "import markdown": "only into the folder that it is told",
    "runbook from": "only into the file that it is told",
    "demo": "in a world of its own",
    "drill": "in a world of its own; on a sandbox it is refused",
    "record": "only into the file that it is told",
    "replay": "acts on nothing",
    "backtest": "asks for what was, and acts on nothing",
    "report": "only into the file that it is told",
    "incident export": "only into the file that it is told",
}


def commands() -> set[str]:
    found = set()
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        found |= {f"{name} {each}" for each in getattr(command, "commands", {})} or {name}
    return found


def test_no_command_is_forgotten_here() -> None:
    assert commands() == {*ACTS, *LOOKS, *ELSEWHERE}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that is held in the middle and a switch, so that there is something to go on with."""
    folder = changing(tmp_path_factory.mktemp("readonly"))
    config = folder / "config" / "cockpit.yaml"
    config.write_text(config.read_text().replace("    owner: web\n", PAPER, 1) + MORE)
    (folder / "config" / "flags.json").write_text(json.dumps({"flags": {"off": FLAG}}))
    assert go(folder, "run", "change", "--answer", "write=y").returncode == 1
    return folder


SAYS = {
    "flag": "",
    "configuration": "access: {readonly: true}\n",
    "role": "access: {roles: {responder: [somebody-else]}}\n",
    "all": "access: {readonly: true, roles: {responder: [somebody-else]}}\n",
}


@pytest.fixture(params=SAYS)
def first(here: Path, request: pytest.FixtureRequest) -> Iterator[tuple[str, ...]]:
    """What stands before the command."""
    config = here / "config" / "cockpit.yaml"
    before = config.read_text()
    config.write_text(before + SAYS[request.param])
    yield ("--readonly",) if request.param in ("flag", "all") else ()
    config.write_text(before)


def moved(here: Path) -> dict[str, bytes]:
    """All that could be: files, flags, what the script wrote down, the record but for refusals."""
    found = {str(file): file.read_bytes() for file in (here / "config").rglob("*") if file.is_file()}
    kept = [each for each in recorded(here) if each["kind"] != "access.refused"]
    return found | {"record": json.dumps([[each["uid"], each["body"]] for each in kept]).encode()}


def recorded(here: Path) -> list[dict[str, Any]]:
    lines = map(json.loads, go(here, "journal", "export").stdout.splitlines())
    return [each for each in lines if each["schema"] == "cockpit.event/v1"]


def refused(here: Path) -> list[str]:
    return [str(each["body"]["why"]) for each in recorded(here) if each["kind"] == "access.refused"]


@pytest.mark.timeout(600)  # dozens of programs, one after the other
def test_no_command_moves_anything(
    here: Path, first: tuple[str, ...], request: pytest.FixtureRequest
) -> None:
    """Who may only look is refused on record; where nobody may write not even that is written."""
    before, known = moved(here), refused(here)
    for name, words in ACTS.items():
        done = go(here, *first, *words)
        assert done.returncode == 2, (name, done.stdout, done.stderr)
        assert any(word in done.stderr for word in ("read-only", "readonly", "may only look")), name
    for name, words in LOOKS.items():
        done = go(here, *first, *words)
        assert "Traceback" not in done.stderr, name
    assert moved(here) == before
    new = refused(here)[len(known) :]
    if request.node.callspec.params["first"] == "role":
        assert len(new) == len(ACTS)
        assert all("may only look here (access.roles), so nothing is done" in why for why in new)
    else:
        assert new == []


SCREENS = sorted({screen for each in BINDINGS for screen in each.screens} | {"bridge"})
WAYS = {
    "bridge": [],
    "services": ["2"],
    "service": ["enter"],
    "alerts": ["a"],
    "runbooks": ["r"],
    "plan": ["r", "enter"],
    "run": ["r", "enter"],
    "switches": ["s"],
    "impact": ["b"],
    "what-if": ["w"],
    "incident": ["i"],
    "update": ["i", "u"],
    "handover": ["i", "H"],
    "readiness": ["6"],
}
LEAVES = {"q", "ctrl+c", "ctrl+q"}


def test_no_screen_is_forgotten_here() -> None:
    assert set(WAYS) == set(SCREENS)


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("by", ["flag", "role"])
async def test_no_key_moves_anything(screen: str, by: str) -> None:
    one = Acted()
    if screen == "run":
        await begun(one)
    await one.stage.journal.append([declared("INC-1", "Orders fail", Severity.SEV1, "mara", NOW - 60)])
    values, records = dict(one.stage.machine.values), len(one.stage.journal.records)
    access = Access(roles={Role.RESPONDER: ("somebody-else",)}) if by == "role" else Access()
    app = Acted(one.stage, {"access": access}, readonly=by == "flag").app()
    async with app.run_test(size=(80, 24)) as pilot:
        await way(app, pilot, screen)
        for key in keys(screen):
            before = app.screen
            await pilot.press(key)
            await pilot.pause(0.05)
            if app.screen is not before or isinstance(app.focused, Input):
                await pilot.pause(0.45)  # a question counts once it has been read
                # Whatever is asked: the second choice, and whatever is to be typed.
                await pilot.press("down", "enter", *"prod", "enter", "enter")
                await way(app, pilot, screen)
        assert app.failure is None
    assert one.stage.machine.values == values
    new = [each.fact for each in one.stage.journal.records[records:]]
    assert all(each.kind == "access.refused" and "may only look" in str(each.body["why"]) for each in new)
    assert by == "role" or not new


def keys(screen: str) -> set[str]:
    """Those of the screen; what works everywhere is pressed on the Bridge."""
    known = [each for each in BINDINGS if screen in each.screens or (screen == "bridge" and not each.screens)]
    return {key for each in known for key in each.keys} - LEAVES


async def way(app: CockpitApp, pilot: Pilot[None], screen: str) -> None:
    for _ in range(4):
        await pilot.press("escape")
    await pilot.press("1", *WAYS[screen])
    await pilot.pause(0.1)


async def begun(one: Acted) -> None:
    app = one.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r", "enter")
        await pilot.pause(0.5)
        await pilot.press("R")
        await pilot.pause(0.5)
        await pilot.press("down", "enter")
        await pilot.pause(0.5)
        assert "R-1" in "".join(screen_text(pilot))
