"""What a run says right now: the last lines of its command, how far a check is, what was no answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from cockpit.core.runbook.live import Live
from cockpit.core.runbook.run import Key
from cockpit.core.runbook.verification import Progress
from cockpit.core.runbook.work import Output

LINES: Final = 200
"""Of output that are kept to be seen; all of it is in the run's folder."""


class Lively:
    def __init__(self) -> None:
        self.live = Live()
        self._partial = ""

    def heard(self, key: Key, output: Output) -> Live:
        if key.step != self.live.step:
            self.live, self._partial = Live(step=key.step), ""
        *whole, self._partial = (self._partial + output.text).split("\n")
        return self._now(replace(self.live, output=(*self.live.output, *whole)[-LINES:]))

    def progress(self, key: Key, progress: Progress) -> Live:
        return self._now(replace(self.live, step=key.step, progress=progress))

    def complain(self, text: str) -> Live:
        return self._now(replace(self.live, complaint=text))

    def _now(self, live: Live) -> Live:
        self.live = live
        return live
