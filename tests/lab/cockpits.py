"""A whole cockpit over the lab: files as people write them, the engine, and everything it came to show."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from cockpit import wiring
from cockpit.config import Loaded, load
from cockpit.core.levels import FailureClass, Shown
from cockpit.core.state import SourceState, State
from cockpit.engine import Engine

T = TypeVar("T")
Part = dict[str, Any]
"""What stands in the YAML; JSON is YAML, too."""

QUICK: Part = {
    "poll": "1s",
    "scrape": "1s",
    "signal": {"for": "0s", "hold": "2s", "stale_after": "2s", "idle_after": "3s"},
}
"""The lab scrapes every second, so a minute of real life passes in a few seconds."""
REQUESTS = "http_server_request_duration_seconds_count"
WINDOW: Part = {"window": "4s"}


def use(preset: str, **more: Any) -> Part:
    return {"use": preset, **more}


def http(service: str, **more: Any) -> Part:
    """Errors and latency of a service of the fleet, without the comparison with an hour ago."""
    return use("otel-http", service=service, traffic=False, **WINDOW, **more)


def own(name: str, kind: str, expr: str, **more: Any) -> Part:
    return {"name": name, "kind": kind, "expr": expr, **more}


def rate(service: str, window: str = "4s") -> str:
    return f'sum(rate({REQUESTS}{{service_name="{service}"}}[{window}]))'


def service(name: str, *signals: Part, **more: Any) -> Part:
    return {"name": name, "owner": "lab", "signals": list(signals), **more}


def configured(
    folder: Path, servers: str | Sequence[Part], *services: Part, defaults: Part = QUICK, **more: Any
) -> Loaded:
    """Written to a file in `folder` and loaded; `servers` may be the URL of the only one."""
    listed = [{"name": "eu", "url": servers}] if isinstance(servers, str) else list(servers)
    file = folder / "cockpit.yaml"
    written: Part = {
        "apiVersion": "cockpit/v1",
        "kind": "Cockpit",
        "metadata": {"name": "lab"},
        "teams": [{"name": "lab", "oncall": {"phone": "+49 30 000001"}}],
        "prometheus": listed,
        "defaults": defaults,
        "services": list(services),
        **more,
    }
    file.write_text(json.dumps(written, indent=1))
    return load(file, environ={})


class Cockpit:
    """A running engine, and the state after every poll it has judged."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.seen: list[State] = []

    @property
    def state(self) -> State:
        return self.engine.state

    def source(self, name: str = "eu") -> SourceState:
        return self.state.picture.sources[name]

    def levels(self) -> dict[str, str]:
        return levels(self.state)

    async def until(self, look: Callable[[State], T], within: float = 40.0, what: str = "") -> T:
        """The first truthy answer of `look`; else AssertionError with what was shown last."""
        deadline = time.monotonic() + within
        while not (answer := look(self.state)):
            if time.monotonic() > deadline:
                why = f"{self.levels()}, {classes(self.state)}, {dict(self.state.picture.sources)}"
                raise AssertionError(f"not within {within:g} s: {what or 'condition'} (last: {why})")
            await asyncio.sleep(0.05)
        return answer

    async def until_levels(self, within: float = 40.0, **wanted: str) -> None:
        """Until these services show these levels; a name is written with _ for -."""
        named = {name.replace("_", "-"): level for name, level in wanted.items()}
        await self.until(lambda state: named.items() <= levels(state).items(), within, f"{named}")

    async def polls(self, count: int, within: float = 60.0) -> list[State]:
        """The states after the next `count` polls."""
        begun = len(self.seen)
        await self.until(lambda _: len(self.seen) >= begun + count, within, f"{count} more polls")
        return self.seen[begun : begun + count]

    async def follow(self) -> None:
        async for state in self.engine.follow():
            self.seen.append(state)


@asynccontextmanager
async def opened(loaded: Loaded, actor: str = "") -> AsyncIterator[Cockpit]:
    """A cockpit from its first poll on; what ended its engine early is raised at the end.

    With an `actor` it decides and acts, on the record below `$XDG_STATE_HOME`.
    """
    cockpit = Cockpit(wiring.live(loaded, actor=actor))
    following = asyncio.create_task(cockpit.follow())
    running = asyncio.create_task(cockpit.engine.run())
    try:
        await cockpit.until(lambda state: state.health.at is not None, what="a first poll")
        yield cockpit
    finally:
        await cockpit.engine.stop()
        await running
        await following


def levels(state: State) -> dict[str, str]:
    return {node.name: node.level.value for node in state.health.services()}


def classes(state: State) -> dict[str, tuple[FailureClass, ...]]:
    return {node.name: node.classes for node in state.health.services()}


def all_are(shown: Shown) -> Callable[[State], bool]:
    return lambda state: {node.level for node in state.health.services()} == {shown}


def is_up_to_date(state: State) -> bool:
    """History has been read, so that nothing more of the past will turn up."""
    return state.picture.history_share == 1.0


def values(state: State, name: str) -> Mapping[str, float | None]:
    return {reading.signal.name: reading.value for reading in state.health.readings(name)}
