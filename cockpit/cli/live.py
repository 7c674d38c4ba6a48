"""What servers say when asked now: for `doctor` and `lint --live`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from cockpit.cli.checks import Check
from cockpit.cli.loading import load
from cockpit.cli.settings import Settings
from cockpit.core.levels import Kind, Seconds
from cockpit.core.model import MetricServer, Model, OnNoData
from cockpit.core.queries import narrow
from cockpit.core.slots import Slot, Slots, Template, lay_out
from cockpit.errors import Finding, Place, SourceError
from cockpit.text import age, clean, plural
from cockpit.views.company import SKEW

if TYPE_CHECKING:
    from cockpit.adapters.discovery import Discovery
    from cockpit.config import Loaded
    from cockpit.core.state import SourceState, State

MAY_BE_ABSENT = frozenset({Kind.ERRORS, Kind.RETRIES, Kind.THROTTLE})
"""Without a fault such a series need not exist."""
OLD_DATA: Seconds = 120.0
HISTORY_WANTED: Seconds = 5.0


def looked_at(loaded: Loaded) -> Iterator[Check]:
    """Each server: reachable, version, how far back, clock, targets; then how old what we ask for is."""
    state, told = asyncio.run(_look(loaded))
    for server in loaded.model.prometheus:
        yield from _reached(state.picture.sources[server.name], server)
        yield from told[server.name]
    yield from _ages(state)


async def _look(loaded: Loaded) -> tuple[State, Mapping[str, list[Check]]]:
    from cockpit import wiring

    state = await wiring.live(loaded, readonly=True).once(HISTORY_WANTED)
    reached = [one for one in loaded.model.prometheus if state.picture.sources[one.name].reachable]
    told = await asyncio.gather(*(_asked(server) for server in reached))
    none: dict[str, list[Check]] = {server.name: [] for server in loaded.model.prometheus}
    return state, none | {server.name: checks for server, checks in zip(reached, told, strict=True)}


def _reached(source: SourceState, server: MetricServer) -> Iterator[Check]:
    what = f"{server.name}: {server.url}"
    if not source.reachable:
        yield Check(False, "Prometheus", f"{what}: {source.reason or 'not asked'}", source.hint)
        return
    yield Check(True, "Prometheus", f"{what} answers")
    if source.note:
        yield Check(None, "Prometheus", f"{server.name}: {source.note}")
    if source.skew is not None:
        off = abs(source.skew) > SKEW
        hint = "set the clock here or there: ages are computed from the server's" if off else ""
        yield Check(not off, "Prometheus", f"{server.name}: clocks differ by {abs(source.skew):.1f} s", hint)


async def _asked(server: MetricServer) -> list[Check]:
    from cockpit.adapters.discovery import Discovery
    from cockpit.errors import CockpitError

    try:
        discovery = Discovery(server)
        version, back = await discovery.version(), await discovery.reaches_back()
        targets = await discovery.targets()
    except CockpitError as error:
        return [Check(False, "Prometheus", f"{server.name}: {error.message}", error.hint)]
    down = [target for target in targets if not target.up]
    said = f"{server.name}: version {version or 'not told'}, data reach back {back or 'less than a minute'}"
    checks = [Check(bool(back), "Prometheus", said)]
    if down:
        first = f"{down[0].job} {down[0].instance}: {down[0].error or 'no reason told'}"
        checks.append(Check(False, "Prometheus", f"{plural(len(down), 'target')} not scraped, as {first}"))
    return checks


def _ages(state: State) -> Iterator[Check]:
    """Of what the configuration asks for: what is missing, and the oldest."""
    readings = [(name, one) for name in state.health.graph.names for one in state.health.readings(name)]
    if not readings:
        return
    found = [(name, one) for name, one in readings if one.value is not None]
    said = f"{len(found)} of {plural(len(readings), 'signal')} bring data"
    complete = len(found) == len(readings)
    yield Check(
        None if not complete else True,
        "data",
        said,
        "" if complete else "`cockpit lint --live` tells which do not",
    )
    aged = [(one.age, name, one.signal.name) for name, one in found if one.age is not None]
    if aged:
        oldest, name, signal = max(aged)
        yield Check(oldest <= OLD_DATA, "data", f"the oldest is {age(oldest)} old: {name} {signal}")


def returning_nothing(settings: Settings) -> list[Finding]:
    """C19 for every signal whose query finds nothing now. Raises SourceError when a server cannot say."""
    loaded = load(settings)
    empty = asyncio.run(_empty(loaded.model))
    return [
        Finding(
            "C19",
            loaded.places.get(slot.owner, Place(str(loaded.path))),
            f"signal '{slot.signal.name}' of '{slot.owner}' finds nothing at {slot.source} now ({what})",
            "check metric name and labels, or say on_no_data",
            "warning",
        )
        for slot, what in empty
    ]


async def _empty(model: Model) -> list[tuple[Slot, str]]:
    from cockpit.adapters.discovery import Discovery

    slots = lay_out(model)
    found: list[tuple[Slot, str]] = []
    for server in model.prometheus:
        discovery = Discovery(server)
        mine = [template for template in slots.templates if template.source == server.name]
        for template in mine:
            found += await _empty_of(discovery, slots, template)
    return found


async def _empty_of(discovery: Discovery, slots: Slots, template: Template) -> list[tuple[Slot, str]]:
    members, query = slots.of(template), template.query
    found: list[tuple[Slot, str]] = []
    wanted = [slot for slot in members if not _may_be_absent(slot)]
    for what, text, concerned in (("expr", query.expr, wanted), ("volume", query.volume, list(members))):
        if text is None or not concerned:
            continue
        there = await _keys(
            discovery, narrow(text, query.by, {slot.signal.query.key for slot in concerned}), query.by
        )
        found += [(slot, what) for slot in concerned if slot.signal.query.key not in there]
    return found


def _may_be_absent(slot: Slot) -> bool:
    return slot.signal.kind in MAY_BE_ABSENT or slot.signal.on_no_data is OnNoData.OK


async def _keys(discovery: Discovery, text: str, by: Iterable[str]) -> set[tuple[str, ...]]:
    """By which label values the answer can be told apart; of an ungrouped one whether there is any."""
    now = time.time()
    try:
        lines = await discovery.history(text, now, now, 15.0)
    except SourceError as error:
        hint = f"asked: {clean(text)[:200]}"
        raise SourceError(f"Prometheus {discovery.name}: {error.message}", error.hint or hint) from None
    return {tuple(dict(line.labels).get(label, "") for label in by) for line in lines}
