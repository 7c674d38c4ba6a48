"""Opens the cockpit on a scene: `python -m tests.tui.show shop`, or `fleet 5000 --live` that changes."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from functools import partial

from cockpit.core.state import State
from cockpit.tui.app import CockpitApp

NOW = 1_700_000_900.0


class Stage:
    """Stands where the engine would: the newest State, and a clock that starts at NOW."""

    def __init__(self, scene: Callable[[], State], live: bool = False) -> None:
        self.state: State | None = None
        self.now = NOW
        self.events: list[object] = []
        self._scene, self._live = scene, live

    def app(self, **look: str | bool) -> CockpitApp:
        return CockpitApp(
            lambda: self.state,
            lambda: self.now,
            self.events.append,
            background=self.run,
            actor="mara",
            **look,  # type: ignore[arg-type]
        )

    async def run(self) -> None:
        first = self.state = self._scene()
        turn = 0
        while self._live:
            from .scenes import next_turn

            await asyncio.sleep(1)
            turn += 1
            self.now += 1
            self.state = next_turn(first, turn)


def scene(name: str, count: int) -> State:
    from .hostile import hostile
    from .scenes import fleet, long_incident, shop

    match name:
        case "shop":
            return shop()
        case "hostile":
            return hostile(count)
        case "incident":
            return long_incident(count)
    return fleet(count)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("scene", choices=["shop", "fleet", "hostile", "incident"])
    parser.add_argument("count", type=int, nargs="?", default=500)
    parser.add_argument("--live", action="store_true")
    parser.add_argument("--ascii", action="store_true")
    parser.add_argument("--palette", default="dark")
    args = parser.parse_args()
    app = Stage(partial(scene, args.scene, args.count), args.live).app(ascii=args.ascii, palette=args.palette)
    app.run()
    if app.failure:
        raise app.failure
    raise SystemExit(app.return_code)


if __name__ == "__main__":
    main()
