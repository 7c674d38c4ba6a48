"""Many commands at once on one flagd file, and a cockpit that may only look."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from .running import cockpit
from .test_flags import here, on_record, stored

__all__ = ["here"]
KEYS = ["pay-async"] * 4 + ["guest-checkout"] * 2 + ["search-off"] * 2


def started(here: Path, *arguments: str) -> subprocess.Popen[str]:
    known = {"PATH": os.environ["PATH"], "HOME": str(here), "XDG_STATE_HOME": str(here / "state")}
    return subprocess.Popen(
        [sys.executable, "-m", "cockpit", "flags", *arguments, "--json"],
        cwd=here,
        env={**known, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class Reader(threading.Thread):
    """Looks at the file as fast as it can, as a shop may at any moment."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.over = threading.Event()
        self.looks = 0
        self.torn: list[str] = []
        self._file = file

    def run(self) -> None:
        while not self.over.is_set():
            text = self._file.read_text()
            self.looks += 1
            try:
                assert len(json.loads(text)["flags"]) == 3
            except (ValueError, KeyError, AssertionError):
                self.torn.append(text)


def outcome(command: subprocess.Popen[str]) -> str:
    said, complained = command.communicate(timeout=120)
    assert said, complained
    return str(json.loads(said)["results"][0]["outcome"])


def test_eight_who_kill_at_once_lose_nothing_tear_nothing_and_the_way_back_is_exact(here: Path) -> None:
    before = stored(here)
    reader = Reader(here / "config" / "flags" / "shop.flagd.json")
    reader.start()
    commands = [
        started(
            here, "kill", key, "--reason", "race", "--answer", f"{key}={key}@default", "--answer", f"{key}=y"
        )
        for key in KEYS
    ]
    outcomes = [outcome(command) for command in commands]
    reader.over.set()
    reader.join()
    assert reader.torn == []
    assert reader.looks > 0
    applied = Counter(key for key, came in zip(KEYS, outcomes, strict=True) if came == "APPLIED")
    assert applied == dict.fromkeys(KEYS, 1)
    assert set(outcomes) <= {"APPLIED", "CONFLICT", "NOOP"}
    flags = json.loads(stored(here))["flags"]
    assert {flag["defaultVariant"] for flag in flags.values()} == {"on"}
    kinds = Counter(on_record(here))
    assert (kinds["flag.requested"], kinds["flag.settled"], kinds["obligation.opened"]) == (8, 8, 3)
    for key in applied:
        answers = ("--answer", f"{key}={key}@default", "--answer", f"{key}=y")
        assert outcome(started(here, "restore", key, "--reason", "over", *answers)) == "APPLIED"
    assert stored(here) == before
    assert Counter(on_record(here))["obligation.closed"] == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ("flags", "kill", "pay-async", "--reason", "x", "--answer", "pay-async=pay-async@default"),
        ("flags", "restore", "pay-async", "--reason", "x", "--yes"),
        ("degrade", "checkout-api", "pay-later-queue", "on", "--reason", "x"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
@pytest.mark.parametrize("how", ["flag", "configuration"])
def test_read_only_moves_nothing_and_puts_nothing_on_record(
    here: Path, how: str, arguments: tuple[str, ...]
) -> None:
    before = stored(here)
    if how == "configuration":
        with (here / "config" / "cockpit.yaml").open("a") as file:
            file.write("access: {readonly: true}\n")
    first = ("--readonly",) if how == "flag" else ()
    said = cockpit(*first, *arguments, cwd=here, XDG_STATE_HOME=str(here / "state"))
    assert (said.returncode, len(said.stderr.splitlines())) == (2, 1)
    assert "read-only" in said.stderr or "access.readonly" in said.stderr
    assert stored(here) == before
    assert on_record(here) == []


def test_looking_at_switches_moves_nothing_and_puts_nothing_on_record(here: Path) -> None:
    before = stored(here)
    for arguments in (("list",), ("show", "pay-async", "--json")):
        said = cockpit("flags", *arguments, cwd=here, XDG_STATE_HOME=str(here / "state"))
        assert (said.returncode, said.stderr) == (0, "")
    assert stored(here) == before
    assert on_record(here) == []
