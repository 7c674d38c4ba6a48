"""Requests that are not sent, silences that silence nothing, secrets that are none, and locks in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from cockpit.adapters.simulated.answers import answer_to
from cockpit.adapters.simulated.stage import Stage
from cockpit.core.levels import Instant, Seconds
from cockpit.core.poll import Silenced
from cockpit.core.runbook.actions import HttpCall
from cockpit.core.runbook.matchers import matcher
from cockpit.core.runbook.work import JUST_LOOKING, Answered, HttpAnswer, Purpose
from cockpit.core.silences import holds

REFUSED: Final = "connection refused (simulated)"


class SimulatedHttp:
    """Behind `ports.Http`."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.sent: list[HttpCall] = []
        """What would have gone out."""

    async def send(
        self,
        call: HttpCall,
        *,
        within: Seconds,
        headers: Mapping[str, str],
        secrets: Sequence[str],
        purpose: Purpose = JUST_LOOKING,
    ) -> HttpAnswer:
        if purpose.kind not in ("do", "undo"):
            text, code = answer_to(purpose, self._stage.truth(purpose)) or ("", 0)
            return HttpAnswer(Answered.REFUSED if code else Answered.DONE, 500 if code else 200, text)
        self.sent.append(call)
        match self._stage.outcome(purpose):
            case "failure" | "not-applied":
                return HttpAnswer(Answered.REFUSED, 422, reason="refused (simulated)")
            case "hang":
                return HttpAnswer(Answered.UNKNOWN, reason="no answer (simulated)")
            case "killed-after-effect":
                self._stage.happen(purpose)
                return HttpAnswer(Answered.UNKNOWN, reason="the answer was lost (simulated)")
        self._stage.happen(purpose)
        return HttpAnswer(Answered.DONE, 200, self._stage.command(purpose).stdout)

    async def close(self) -> None:
        """Nothing to let go of."""


class SimulatedSilencer:
    """Behind `ports.Silencer`."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._made = stage.performance.silences
        """The simulated source marks the alerts for which these hold."""
        self._number = 0

    async def silence(
        self, matchers: Sequence[str], starts: Instant, ends: Instant, author: str, comment: str
    ) -> tuple[Answered, str]:
        if self._stage.faulty("alertmanager_down"):
            return Answered.REFUSED, REFUSED
        try:
            for each in matchers:
                holds(matcher(each), {})
        except ValueError as error:
            return Answered.REFUSED, f"{error} (simulated)"
        if not await self.standing(comment):
            self._number += 1
            id = f"simulated-{self._number}"
            self._made[comment] = Silenced(id, "", tuple(matchers), starts, ends, author, comment)
        return Answered.DONE, self._made[comment].id

    async def expire(self, comment: str) -> tuple[Answered, str]:
        if self._stage.faulty("alertmanager_down"):
            return Answered.UNKNOWN, REFUSED
        if comment in self._made:
            self._end(comment)
        return Answered.DONE, ""

    async def end(self, source: str, id: str) -> tuple[Answered, str]:
        if self._stage.faulty("alertmanager_down"):
            return Answered.REFUSED, REFUSED
        for comment, silence in self._made.items():
            if silence.id == id:
                self._end(comment)
        return Answered.DONE, ""

    def _end(self, comment: str) -> None:
        silence = self._made[comment]
        self._made[comment] = replace(silence, ends=min(silence.ends, self._stage.now()))

    async def standing(self, comment: str) -> bool | None:
        if self._stage.faulty("alertmanager_down"):
            return None
        silence = self._made.get(comment)
        return silence is not None and silence.ends > self._stage.now()

    async def close(self) -> None:
        """Nothing to let go of."""


class SimulatedSecrets:
    """Behind `ports.Secrets`: no file is read, no command asked."""

    async def value(self, reference: str) -> str:
        return f"simulated {reference.partition(':')[0]} secret"


class SimulatedOwners:
    """Behind `ports.Owners`: there is only one cockpit in a rehearsal."""

    def __init__(self) -> None:
        self._held: set[str] = set()

    def claim(self, run: str) -> bool:
        self._held.add(run)
        return True

    def holder(self, run: str) -> str:
        return "this rehearsal" if run in self._held else ""

    def release(self, run: str) -> None:
        self._held.discard(run)
