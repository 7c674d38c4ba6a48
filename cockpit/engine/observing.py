"""Levels go on record while an incident or a run is open: written behind, by one cockpit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Final

from cockpit.core.checkpoint import COCKPIT
from cockpit.core.health import readings
from cockpit.core.health.state import Health, Node
from cockpit.core.incident.model import open_ones
from cockpit.core.journal import Fact
from cockpit.core.json import Json, digest, whole_text
from cockpit.core.levels import Instant, Integrity, Shown
from cockpit.core.state import State
from cockpit.core.update_record import needs_somebody
from cockpit.errors import CockpitError
from cockpit.ports import Journal

log = logging.getLogger(__name__)
OBSERVED: Final = "level.observed"
CHANGE: Final = "change.observed"
GAP: Final = "journal.gap"
OBSERVER: Final = "observer"
"""The lock of the one who writes."""
CALM: Final = frozenset({Shown.OK.value, Shown.UNMONITORED.value})
MOST: Final = 2_000
"""Facts that wait for a journal which cannot be written; what is more is one gap."""
DEBT_GRAIN: Final = 600.0
"""Seconds within which a degraded mode that begins is taken for the same one."""
MEASURED: Final = 4
"""Signals told beside a level: those that are not fine."""


def is_called_for(state: State) -> bool:
    """While somebody may ask later how it was."""
    if open_ones(state.record.incidents.values()):
        return True
    return any(needs_somebody(run) for run in state.record.runs.values())


async def alone() -> bool:
    """A claim where nobody else writes down what is seen."""
    return True


class Observer:
    """One among many cockpits: what another has written down already is no news."""

    def __init__(
        self, journal: Journal, claim: Callable[[], Awaitable[bool]], poke: Callable[[], None]
    ) -> None:
        """`claim`: whether this cockpit is the one that writes now."""
        self._journal = journal
        self._claim = claim
        self._poke = poke
        self._ours = False
        self._told: dict[str, str] = {}
        """How each node was when it was last written down: level and data."""
        self._open = False
        self._told_of: set[str] = set()
        """Uids of what was put on record once: who has cleaned up meanwhile is not told of it again."""
        self._waiting: list[Fact] = []
        self._lost: list[Instant] = []
        self._wake = asyncio.Event()

    def look(self, state: State) -> None:
        """After each poll. What was fine at the first look is not told; it is what everybody assumes."""
        at = state.health.at
        if at is None or state.readonly or not is_called_for(state):
            self._open = False
            return
        if not self._open or not self._ours:
            self._open, self._told = True, _of_record(state)
        beside = [*debts_left_behind(state, at), *releases(state, at)]
        beside = [fact for fact in beside if fact.uid not in self._told_of]
        self._told_of |= {fact.uid for fact in beside}
        facts = [*self._changes(state.health, at), *beside]
        if not facts:
            return
        self._waiting += facts
        while len(self._waiting) > MOST:
            self._lost.append(self._waiting.pop(0).at)
        self._wake.set()

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._write()

    def _changes(self, health: Health, at: Instant) -> Iterator[Fact]:
        for node in health.nodes:
            now = _words(node)
            was = self._told.get(node.name, Shown.OK.value)
            if now == was or (now in CALM and was in CALM):
                continue
            self._told[node.name] = now
            yield Fact(OBSERVED, at, COCKPIT, _body(health, node, now, was))

    async def _write(self) -> None:
        facts, self._waiting = self._waiting, []
        self._ours = await self._claimed()
        if not self._ours:
            self._lost = []
            return  # whoever has it writes the same
        lost, self._lost = self._lost, []
        gap = [_gap(lost)] if lost else []
        try:
            await self._journal.append([*gap, *facts])
        except CockpitError as error:
            # The picture goes on without it; what is missing is told once it can be.
            log.warning("levels could not be put on record: %s", error)
            self._give_up(facts, lost)
        except Exception:
            log.exception("observing")
            self._give_up(facts, lost)
        else:
            self._poke()

    def _give_up(self, facts: Sequence[Fact], lost: Sequence[Instant]) -> None:
        """Levels that were not written are a gap; what has a uid of its own is tried at the next look."""
        self._told_of -= {fact.uid for fact in facts}
        self._lost = [*lost, *(fact.at for fact in facts if fact.kind == OBSERVED), *self._lost]

    async def _claimed(self) -> bool:
        try:
            return await self._claim()
        except CockpitError as error:
            log.warning("levels are not put on record: %s", error)
            return False


def debts_left_behind(state: State, at: Instant) -> Iterator[Fact]:
    """What degraded modes in force leave to clean up, each while nothing of that title is open."""
    health, open_ = state.health, {each.title for each in state.record.obligations}
    for (owner, name), since in health.active_since.items():
        declared = health.graph.declared(health.graph.index[owner])
        mode = next((each for each in declared.degradations if each.name == name), None)
        if mode is None or not mode.data_debt or (mode.auto and health.node(owner).degradation != name):
            continue
        title = f"{mode.data_debt} ({name} of {owner})"
        if title not in open_:
            body: dict[str, Json] = {"title": title, "owner": declared.owner, "by_itself": True}
            # Of several cockpits that see it begin at about the same time one is enough.
            uid = f"debt-{owner}-{name}-{int(since // DEBT_GRAIN)}"
            yield Fact("obligation.opened", at, COCKPIT, body, uid=uid)


def releases(state: State, at: Instant) -> Iterator[Fact]:
    """Changes made while an incident is open; those before it came with its declaration."""
    since = min((each.declared_at for each in open_ones(state.record.incidents.values())), default=None)
    for change in state.health.changes:
        if since is not None and change.at >= since:
            body: dict[str, Json] = {
                "service": change.service,
                "what": change.what,
                "version": change.version,
                "by": change.by,
                "told_at": change.at,
            }
            name = digest(whole_text([change.service, change.at, change.what]))[:16]
            yield Fact(CHANGE, at, COCKPIT, whole_text(body), uid=f"change-{name}")


def _of_record(state: State) -> dict[str, str]:
    """How things stand by the record of the incidents that are open: another cockpit may have begun it."""
    found: dict[str, str] = {}
    for incident in open_ones(state.record.incidents.values()):
        found |= incident.levels
    return found


def _words(node: Node) -> str:
    """The level; that its data is wrong stands beside it."""
    return f"{node.level.value} DATA WRONG" if node.integrity is Integrity.BREACHED else node.level.value


def _body(health: Health, node: Node, now: str, was: str) -> Mapping[str, Json]:
    signals: dict[str, Json] = {}
    for reading in readings(health, node.name):
        if len(signals) < MEASURED and (reading.level is None or reading.level > 0):
            value = reading.value
            finite = value is not None and abs(value) < float("inf")
            signals[reading.signal.name] = value if finite else None
    return {"name": node.name, "level": now, "was": was, "signals": signals}


def _gap(lost: Sequence[Instant]) -> Fact:
    body: dict[str, Json] = {
        "from": min(lost),
        "to": max(lost),
        "count": len(lost),
        "why": "the journal could not be written",
    }
    return Fact(GAP, max(lost), COCKPIT, body)
