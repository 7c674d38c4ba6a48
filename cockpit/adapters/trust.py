"""Which configurations may run commands for their secrets, remembered by digest in the state folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from cockpit.adapters.journal.folders import Folder
from cockpit.core.json import digest

NAME: Final = "trusted"


class Trusted:
    """A person says yes once for a configuration and its commands; another command is asked about again.

    `folder` is ours alone, such as that of the journal. All may raise JournalError, when it is not.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def knows(self, config: str, commands: Iterable[str]) -> bool:
        """`config`: the path of the configuration; `commands`: everything that it would run for secrets."""
        folder = self._folder.path / NAME
        if not folder.is_dir():
            return False
        return self._folder.within(NAME).check_file(_of(config, commands)) is not None

    def remember(self, config: str, commands: Iterable[str]) -> None:
        self._folder.make()
        os.close(self._folder.within(NAME).open_file(_of(config, commands)))


class FirstUse:
    """Asks about each command of one configuration when it is needed first, and not again after a yes.

    Without `ask` nobody is there, and what is not remembered is not run.
    """

    def __init__(self, trusted: Trusted, config: str, ask: Callable[[str], bool] | None = None) -> None:
        self._trusted = trusted
        self._config = config
        self._ask = ask
        self._said: dict[str, bool] = {}

    def __call__(self, command: str) -> bool:
        """Raises JournalError for a folder that is not as we make it: who wrote there is not known."""
        if command not in self._said:
            if self._trusted.knows(self._config, [command]):
                self._said[command] = True
            elif self._ask is not None:
                self._said[command] = self._ask(command)
                if self._said[command]:
                    self._trusted.remember(self._config, [command])
        return self._said.get(command, False)


def _of(config: str, commands: Iterable[str]) -> str:
    return digest([str(Path(config).resolve()), sorted(set(commands))])
