"""What `doctor` looks at on this machine: terminal, installation, permissions."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cockpit.core.levels import Seconds
from cockpit.core.model import Model
from cockpit.errors import JournalError

SMALLEST = (80, 24)
SLOW_ESCAPE: Seconds = 0.1


class Check(NamedTuple):
    good: bool | None
    """None: nothing wrong, worth knowing."""
    what: str
    said: str
    hint: str = ""


def terminal() -> Iterator[Check]:
    if not sys.stdout.isatty():
        yield Check(None, "terminal", "not looked at: the output goes to no terminal")
        return
    size = shutil.get_terminal_size()
    fits = size.columns >= SMALLEST[0] and size.lines >= SMALLEST[1]
    yield Check(fits, "terminal", f"{size.columns}x{size.lines}", "" if fits else "make it 80x24 at least")
    yield _colours()
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    utf8 = encoding == "utf8"
    yield Check(
        utf8,
        "terminal",
        encoding or "no encoding",
        "" if utf8 else "set LANG to a UTF-8 locale, or use --ascii",
    )
    yield from _escape()


def _colours() -> Check:
    kind = os.environ.get("TERM", "")
    if os.environ.get("NO_COLOR"):
        return Check(None, "terminal", "NO_COLOR is set: levels show by glyph and word alone")
    if kind in ("", "dumb"):
        return Check(False, "terminal", f"TERM is {kind or 'not set'}", "set TERM, or use cockpit status")
    full = os.environ.get("COLORTERM", "") in ("truecolor", "24bit")
    return Check(
        True, "terminal", f"{kind}, {'16 million' if full else '256' if '256' in kind else 'few'} colours"
    )


def _escape() -> Iterator[Check]:
    """Esc waits for what may follow it; Backspace goes back at once."""
    delay = os.environ.get("ESCDELAY", "")
    if delay.isdigit():
        slow = int(delay) / 1000 > SLOW_ESCAPE
        yield Check(not slow, "terminal", f"ESCDELAY is {delay} ms", "set ESCDELAY=25" if slow else "")
    if "TMUX" not in os.environ:
        return
    waits = _tmux_escape_time()
    if waits is not None and waits / 1000 > SLOW_ESCAPE:
        hint = "add `set -s escape-time 20` to .tmux.conf; Backspace goes back at once"
        yield Check(False, "terminal", f"tmux holds Esc back for {waits} ms", hint)


def _tmux_escape_time() -> int | None:
    command = ["tmux", "show-options", "-sv", "escape-time"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=2, check=True)
        return int(answer.stdout.strip())
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def installation() -> Iterator[Check]:
    from importlib.metadata import PackageNotFoundError, version

    from cockpit import __version__

    found = [f"cockpit {__version__}", f"Python {sys.version.split()[0]}"]
    for name in ("textual", "httpx", "pydantic", "typer", "promql-parser", "prometheus-api-client"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            yield Check(False, "installation", f"{name} is missing", "install cockpit anew")
    yield Check(True, "installation", ", ".join(found))
    if sys.flags.dont_write_bytecode:
        yield Check(
            False,
            "installation",
            "Python may not keep compiled files: every start is slow",
            "unset PYTHONDONTWRITEBYTECODE",
        )


def state(model: Model) -> Iterator[Check]:
    """Where the record and results of commands are kept, and whether commands outlive the terminal here."""
    from cockpit.wiring.acting import state_folder

    try:
        folder, kind = state_folder(model)
    except JournalError as error:
        yield Check(None, "state", error.message, error.hint)
        return
    if kind:
        hint = "set journal.sqlite to a local disk: locks do not reach over the network"
        yield Check(False, "state", f"{folder} is on a network file system ({kind})", hint)
    else:
        yield Check(True, "state", str(folder))
    if _kills_user_processes():
        yield Check(
            False,
            "state",
            "systemd ends every process of a person who logs out, commands of runs too",
            "set KillUserProcesses=no in logind.conf, or work under `systemd-run --user --scope`",
        )


def _kills_user_processes() -> bool:
    manager = ["org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager"]
    command = ["busctl", "--system", "get-property", *manager, "KillUserProcesses"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=2, check=True)
    except (OSError, subprocess.SubprocessError):
        return False  # no systemd, no logind
    return answer.stdout.split() == ["b", "true"]


def permissions(path: Path) -> Iterator[Check]:
    """Configuration is code: who may write it may run commands as whoever opens it."""
    for each in (path, *(sorted(path.glob("*.yaml")) if path.is_dir() else ())):
        try:
            facts = each.stat()
        except OSError:
            continue
        if facts.st_mode & 0o002:
            yield Check(False, "permissions", f"{each} can be written by everybody", f"chmod o-w {each}")
        if facts.st_uid not in (0, os.getuid()):
            yield Check(None, "permissions", f"{each} belongs to another account")
