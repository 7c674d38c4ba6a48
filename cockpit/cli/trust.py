"""`cockpit trust`, and the question on first use: may this configuration run that command for a secret?"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from cockpit.cli.output import say
from cockpit.cli.settings import Settings
from cockpit.text import clean

NOT_ALL = 2


def trust(settings: Settings, *, yes: bool) -> int:
    """Shows every command that the configuration runs for secrets. 0 all are trusted, 2 not all are."""
    from cockpit.cli.loading import load
    from cockpit.config.secret_commands import secret_commands
    from cockpit.wiring.acting import trusted

    loaded = load(settings)
    known, config = trusted(loaded.model), str(loaded.path)
    commands = secret_commands(loaded.model)
    if not commands:
        say([f"{config} runs no command for a secret"])
    ask = asker(loaded.path)
    left = 0
    for command in commands:
        if known.knows(config, [command]):
            say([f"trusted: {command}"])
        elif yes or (ask is not None and ask(command)):
            known.remember(config, [command])
            say([f"trusted from now on: {command}"])
        else:
            left += 1
            say([f"not trusted: {command}"])
    if left and ask is None:
        say(["look at them, then run `cockpit trust` in a terminal, or with --yes"])
    return NOT_ALL if left else 0


def asker(config: Path) -> Callable[[str], bool] | None:
    """Asks on stderr, since stdout may be read by a program; None where nobody sits at a terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None

    def ask(command: str) -> bool:
        sys.stderr.write(f"{clean(str(config))} runs this for a secret: {clean(command)}\n")
        sys.stderr.write("may it, now and later? type y, or nothing: ")
        sys.stderr.flush()
        return sys.stdin.readline().strip() == "y"

    return ask
