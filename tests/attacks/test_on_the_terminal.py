"""What values and commands hold is shown, and steers neither the terminal nor the screen."""

from __future__ import annotations

import json

import pytest

from cockpit.text import first_hidden
from cockpit.tui.screens import run as run_screen
from tests.cli.changing import go
from tests.engine.runs.stage import Machine, Stage
from tests.tui.acting import Acted, RunningClock
from tests.tui.payloads import PAYLOADS
from tests.tui.test_runs import keys, opened, to_the_first_question

from .place import write

STEERING = "".join(f"<{each[:200]}>" for each in PAYLOADS if not {"\0", "\ud800"} & set(each))
BOOKS = {
    "loud": """
  - id: say
    title: "Say ${params.x}"
    why: "Because of ${params.x}"
    run: [sh, -c, 'cat said; cat said >&2; exit 3', "${params.x}"]
    capture: {said: {run: [cat, said]}}
    on_unknown: ask
    rollback: {none: true, reason: "It is ${captures.said}", alternative: "see ${params.x}"}
  - id: ask
    title: "Ask ${captures.said}"
    manual: {instructions: "Look at ${params.x}", command: "get ${captures.said}", answer: "and ${params.x}?"}
""",
}
COMMANDS = (
    ("plan", "loud", "-p", f"x={STEERING}"),
    ("plan", "loud", "-p", f"x={STEERING}", "--json"),
    ("check", "loud", "-p", f"x={STEERING}"),
    ("run", "loud", "-p", f"x={STEERING}", "--yes", "--answer", "hold:say=attest:seen"),
    ("resume", "last", "--yes", "--answer", f"ask={STEERING}", "--json"),
    ("run", "loud", "-p", f"x={STEERING}", "--yes", "--json"),
    ("runs",),
    ("runs", "--json"),
    ("journal", "tail"),
    ("journal", "tail", "--json"),
    ("journal", "export"),
    (
        "do",
        "--target",
        "here",
        "--reason",
        STEERING,
        "--",
        "sh",
        "-c",
        "cat said; cat said >&2; exit 3",
        STEERING,
    ),
    ("flags", "list"),
    ("flags", "kill", STEERING, "--reason", STEERING, "--yes"),
    ("run", STEERING),
    ("run", "loud", "-p", f"{STEERING}=1"),
    ("rollback", STEERING),
    (STEERING,),
)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, ...], str]:
    """What each command writes, one after the other in the same shop."""
    folder = tmp_path_factory.mktemp("loud")
    config = write(folder, "http://127.0.0.1:9", BOOKS)
    raw = "".join(PAYLOADS).encode("utf-8", "replace") + b"\xff\xfe\0\x9b2J\n"
    (config / "said").write_bytes(raw)
    found = {}
    for command in COMMANDS:
        done = go(folder, *command)
        assert "fault of cockpit" not in done.stderr, (command[:2], done.stderr)
        found[command] = done.stdout + done.stderr
    return found


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: " ".join(each)[:24].encode("ascii", "replace"))
def test_no_command_lets_anything_through_that_steers(
    said: dict[tuple[str, ...], str], command: tuple[str, ...]
) -> None:
    assert first_hidden(said[command]) == ""
    assert said[command]
    if command[0] == "journal" and command[-1] in ("--json", "export"):
        # What is hashed must not be cleaned; in ASCII it is harmless, until somebody unpacks it.
        assert said[command].replace("\n", "").isascii()
        assert said[command].replace("\n", "").isprintable()
    elif "--json" in command:
        _nothing_steers(documents(said[command]))


def documents(text: str) -> list[object]:
    found, at, decoder = [], 0, json.JSONDecoder()
    while at < len(text):
        document, end = decoder.raw_decode(text, at)
        found.append(document)
        at = end + 1
    return found


def _nothing_steers(part: object) -> None:
    """Not what `jq -r` takes out of it either."""
    match part:
        case str():
            assert first_hidden(part) == ""
        case dict():
            for name, value in part.items():
                _nothing_steers(name)
                _nothing_steers(value)
        case list():
            for each in part:
                _nothing_steers(each)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test does not wait until a question has been read."""
    monkeypatch.setattr(run_screen, "READ_FIRST", 0.0)


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("at", range(0, len(PAYLOADS), 4))
async def test_a_run_on_the_screen_shows_what_steers_as_text(at: int) -> None:
    payload = "".join(each[:300] for each in PAYLOADS[at : at + 4]).replace("\0", "")
    machine = Machine({"primary": payload, "standby": payload, "proxy": payload}, {"standby": "lies"})
    acted = Acted(Stage(machine, clock=RunningClock()))
    async with opened(acted) as pilot:
        assert first_hidden(await to_the_first_question(pilot)) == ""
        assert first_hidden(await keys(pilot, "enter", until="Try again")) == ""
        for each in ("W", "escape", "t", "o", "question_mark", "escape", "escape", "escape"):
            assert first_hidden(await keys(pilot, each, until="")) == ""
        assert pilot.app.is_running
