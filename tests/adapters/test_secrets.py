"""Secrets come from where their reference says, and no refusal ever holds a value."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.secrets import MOST, Secrets
from cockpit.adapters.trust import Trusted
from cockpit.errors import SecretError

CANARY = "hunter2-canary"


def file(folder: Path, content: bytes = f"{CANARY}\n".encode(), mode: int = 0o600) -> Path:
    path = folder / "secret"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def trusting(patience: float = 10.0) -> Secrets:
    return Secrets(dict(os.environ), trusts=lambda command: True, patience=patience)


async def refused(secrets: Secrets, reference: str) -> str:
    with pytest.raises(SecretError) as raised:
        await secrets.value(reference)
    assert CANARY not in str(raised.value)
    assert raised.value.hint
    return raised.value.message


async def test_a_secret_of_the_environment() -> None:
    secrets = Secrets({"TOKEN": CANARY, "EMPTY": ""})
    assert await secrets.value("env:TOKEN") == CANARY
    assert await refused(secrets, "env:NONE") == "the environment variable NONE is not set"
    assert await refused(secrets, "env:EMPTY") == "the environment variable EMPTY is empty"


async def test_what_is_no_reference_is_not_repeated() -> None:
    for written in (CANARY, f"vault:{CANARY}", ""):
        assert "something else than a reference" in await refused(Secrets({}), written)


async def test_a_secret_in_a_file_without_its_newline(tmp_path: Path) -> None:
    assert await Secrets().value(f"file:{file(tmp_path)}") == CANARY
    file(tmp_path, b" two words \r\n")
    assert await Secrets().value(f"file:{tmp_path / 'secret'}") == " two words "


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o660])
async def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = file(tmp_path, mode=mode)
    assert f"can be read by others (mode {mode:04o})" in await refused(Secrets(), f"file:{path}")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "gives nothing"),
        (b"\n", "gives nothing"),
        (b"\xff\xfe" + CANARY.encode(), "gives no UTF-8 text"),
        (CANARY.encode() + b"\0", "gives NUL bytes"),
        (CANARY.encode() * MOST, "is larger than 64 KiB"),
    ],
)
async def test_what_cannot_be_a_secret_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    assert why in await refused(Secrets(), f"file:{file(tmp_path, content)}")


async def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "is not a file" in await refused(Secrets(), f"file:{tmp_path / 'pipe'}")
    assert "is not a file" in await refused(Secrets(), f"file:{tmp_path}")
    assert "No such file" in await refused(Secrets(), f"file:{tmp_path / 'none'}")
    assert "has no whole path" in await refused(Secrets(), "file:secret")


async def test_a_link_of_our_own_is_followed_and_a_planted_one_is_not(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(file(tmp_path))
    assert await Secrets().value(f"file:{link}") == CANARY
    if os.geteuid() != 0:
        pytest.skip("only root can give a link away")
    os.lchown(link, 12345, 12345)
    assert "cannot be read" in await refused(Secrets(), f"file:{link}")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
async def test_the_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path = file(tmp_path)
    os.chown(path, 12345, 12345)
    assert "belongs to somebody else" in await refused(Secrets(), f"file:{path}")


async def test_a_command_is_split_without_a_shell(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    said = await trusting().value(f"command:printf '%s|' 'one two' $HOME ;touch {canary}")
    assert said == f"one two|$HOME|;touch|{canary}|"
    assert not canary.exists()


async def test_a_command_is_not_run_before_somebody_trusts_it(tmp_path: Path) -> None:
    asked: list[str] = []
    canary = tmp_path / "canary"

    def trusts(command: str) -> bool:
        asked.append(command)
        return False

    message = await refused(Secrets({}, trusts), f"command:touch {canary}")
    assert message == "the command touch is not trusted yet, so it was not run"
    assert asked == [f"touch {canary}"]
    assert "not trusted" in await refused(Secrets({}), f"command:touch {canary}")
    assert not canary.exists()


async def test_what_a_failing_command_says_is_told_to_nobody() -> None:
    for script in (f"echo {CANARY}; echo {CANARY} >&2; exit 3", f"echo {CANARY}; kill -9 $$"):
        message = await refused(trusting(), f'command:sh -c "{script.replace("$", chr(92) + "$")}"')
        assert message.startswith("the command sh ended with ")
    assert "No such file" in await refused(trusting(), f"command:no-such-program-here {CANARY}")
    assert "quotes" in await refused(trusting(), f"command:sh -c '{CANARY}")
    assert "no program" in await refused(trusting(), "command:")


async def test_a_command_that_hangs_is_ended_with_its_children() -> None:
    began = time.monotonic()
    message = await refused(trusting(0.3), 'command:sh -c "sleep 60 & sleep 60"')
    assert message == "the command sh did not end within 0.3 s"
    assert time.monotonic() - began < 5


async def test_a_flood_is_refused_in_bounded_memory() -> None:
    message = await refused(trusting(), f"command:{sys.executable} -c 'while True: print(\"x\" * 9999)'")
    assert "says more than 64 KiB" in message


async def test_a_cancelled_lookup_leaves_no_process() -> None:
    task = asyncio.ensure_future(trusting().value("command:sleep 60"))
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_trust_is_for_a_configuration_with_exactly_these_commands(tmp_path: Path) -> None:
    trusted = Trusted(Folder(tmp_path / "state"))
    assert not trusted.knows("/etc/shop", ["pass show a"])
    assert not (tmp_path / "state").exists(), "asking leaves nothing"
    trusted.remember("/etc/shop", ["pass show a", "pass show b"])
    again = Trusted(Folder(tmp_path / "state"))
    assert again.knows("/etc/shop", ["pass show b", "pass show a"])
    assert not again.knows("/etc/shop", ["pass show a"])
    assert not again.knows("/tmp/shop", ["pass show a", "pass show b"])
    assert not again.knows("/etc/shop", ["pass show a", "curl evil"])
    assert [entry.stat().st_mode & 0o777 for entry in (tmp_path / "state" / "trusted").iterdir()] == [0o600]
