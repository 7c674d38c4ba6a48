"""kill -9 of the cockpit and of its shims while a runbook runs: nothing is repeated, lost or made up."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from .changing import changing, effects, go, last_run_or_none, value
from .running import environment

STEPS = {"write": "value", "second": "other"}
SLOWLY = """#!/bin/sh
echo "$1=$2" >> effects
sleep 0.0$(($$ % 10))
printf %s "$2" > "$1"
"""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = changing(tmp_path)
    (folder / "config" / "set").write_text(SLOWLY)
    return folder


def shims(here: Path) -> set[int]:
    """Parents of the commands that work in this folder."""
    found = set()
    for each in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (each / "cwd").readlink() == here / "config":
                parent = int((each / "stat").read_text().rpartition(")")[2].split()[1])
                if b"shim.py" in Path(f"/proc/{parent}/cmdline").read_bytes():
                    found.add(parent)
    return found


def killed(here: Path, chance: random.Random, *arguments: str) -> list[dict[str, Any]]:
    """Events that were acknowledged before somebody died."""
    child = subprocess.Popen(
        [sys.executable, "-m", "cockpit", *arguments, "--yes", "--json"],
        cwd=here,
        env={**environment(here), "XDG_STATE_HOME": str(here / "state")},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    time.sleep(chance.uniform(0.2, 2.0))
    victims: set[int] = set()
    if chance.random() < 0.5:
        while child.poll() is None and not (victims := shims(here)):
            time.sleep(0.001)
    for victim in victims if victims and chance.random() < 0.5 else {*victims, child.pid}:
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    said, _ = child.communicate(timeout=60)
    return [json.loads(line) for line in said.splitlines(keepends=True) if line.endswith("\n")]


def exported(here: Path) -> list[dict[str, Any]]:
    done = go(here, "journal", "export")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return [each for each in lines if each["schema"] == "cockpit.event/v1"]


def check(here: Path, acknowledged: list[dict[str, Any]]) -> str:
    """What holds whoever died when; returns how the run looks now."""
    run = last_run_or_none(here)
    happened = Counter(each.partition("=")[0] for each in effects(here))
    if run is None:
        assert not happened
        assert not acknowledged
        return "never on record"
    assert go(here, "journal", "verify").returncode == 0
    record = exported(here)
    on_record = {each["uid"]: each for each in record}
    assert [each for each in acknowledged if on_record.get(each["uid"]) != each] == [], "lost"
    for step, name in STEPS.items():
        intents = [each for each in record if (each["kind"], each["step"]) == ("step.intent", step)]
        assert happened[name] <= len(intents), "an effect without an intent"
        told = [each for each in run["steps"] if (each["id"], each["phase"]) == (step, "do")]
        surely_not = sum(each["effect"] == "not_applied" for each in told)
        assert happened[name] <= max(1, len(intents) - surely_not), "repeated"
        if told and told[-1]["effect"] == "applied":
            assert value(here, name) == "new"
        if happened[name] and not any(each["effect"] == "applied" for each in told):
            assert any(each["effect"] in ("intended", "unknown") for each in told), "untold"
    return str(run["state"])


def torture(here: Path, chance: random.Random) -> str:
    """Killed when it starts, perhaps killed again when it is resumed, then brought to its end."""
    acknowledged = killed(here, chance, "run", "change")
    check(here, acknowledged)
    if chance.random() < 0.5:
        acknowledged += killed(here, chance, "resume", "last")
        check(here, acknowledged)
    for _ in range(4):
        run = last_run_or_none(here)
        if run is None or run["state"] == "completed":
            break
        retries = [f"--answer=hold:{step}=retry" for step in STEPS]
        go(here, "resume", "last", "--yes", *retries)
        check(here, acknowledged)
    if last_run_or_none(here):
        assert check(here, acknowledged) == "completed"
        assert (value(here), value(here, "other")) == ("new", "new")
    return " ".join(effects(here))


def again(here: Path) -> None:
    """As before the first run, journal and all."""
    subprocess.run(["rm", "-rf", str(here / "state"), str(here / "config" / "effects")], check=True)
    for name in STEPS.values():
        (here / "config" / name).write_text("old")


@pytest.mark.timeout(240)
def test_a_few_random_deaths(here: Path) -> None:
    chance = random.Random()
    for _ in range(3):
        torture(here, chance)
        again(here)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(4))
def test_hundreds_of_random_deaths(here: Path, seed: int) -> None:
    chance, seen = random.Random(seed), Counter[str]()
    for _ in range(60):
        seen[torture(here, chance)] += 1
        again(here)
    print(f"\n{dict(seen)}")
