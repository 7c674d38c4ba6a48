"""`cockpit trust`, and the question on first use: may this configuration run that command?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from cockpit.cli.output import say
from cockpit.cli.settings import Settings
from cockpit.text import clean

NOT_ALL = 2
SECRET = "a secret"


def trust(settings: Settings, *, yes: bool) -> int:
    """Shows every command that runs for secrets and for who is on call. 0 all are trusted, 2 not all are."""
    from cockpit.cli.loading import load
    from cockpit.config.secret_commands import purposes
    from cockpit.wiring.acting import trusted

    loaded = load(settings)
    known, config = trusted(loaded.model), str(loaded.path)
    commands = purposes(loaded.model)
    if not commands:
        say([f"{config} runs no command for a secret, and none for who is on call"])
    ask = asker(loaded.path, commands)
    left = 0
    for command in commands:
        if known.knows(config, [command]):
            say([f"trusted: {command}{_for(commands[command])}"])
        elif yes or (ask is not None and ask(command)):
            known.remember(config, [command])
            say([f"trusted from now on: {command}{_for(commands[command])}"])
        else:
            left += 1
            say([f"not trusted: {command}{_for(commands[command])}"])
    if left and ask is None:
        say(["look at them, then run `cockpit trust` in a terminal, or with --yes"])
    return NOT_ALL if left else 0


def _for(purpose: str) -> str:
    """A secret is what most are for, so only what else one is for is said."""
    return "" if purpose == SECRET else f" ({purpose})"


def asker(config: Path, purposes: Mapping[str, str]) -> Callable[[str], bool] | None:
    """`purposes`: what each command is run for.

    Asks on stderr, since stdout may be read by a program; None where nobody sits at a terminal.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None

    def ask(command: str) -> bool:
        purpose = clean(purposes.get(command, SECRET))
        sys.stderr.write(f"{clean(str(config))} runs this for {purpose}: {clean(command)}\n")
        sys.stderr.write("may it, now and later? type y, or nothing: ")
        sys.stderr.flush()
        return sys.stdin.readline().strip() == "y"

    return ask
