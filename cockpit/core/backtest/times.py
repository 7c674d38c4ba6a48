"""How long each service and capability was shown at each level; what nobody saw is unknown, not well."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.core.backtest.model import IDLE, Gap, Spent
from cockpit.core.health.state import Health, Node
from cockpit.core.levels import Instant, Seconds, Shown


class Times:
    """Costs nothing while nothing changes. A poll speaks until the next, at most for `speaks` seconds."""

    def __init__(self, names: Sequence[str], speaks: Seconds) -> None:
        self._names = names
        self._speaks = speaks
        self._nodes: Sequence[Node] = ()
        self._since: list[Instant] = []
        self._spent: list[dict[str, Seconds]] = [{} for _ in names]
        self._at: Instant | None = None
        self._gaps: list[Gap] = []
        self._blind_since: Instant | None = None

    def see(self, health: Health) -> None:
        at = health.at
        assert at is not None
        if self._at is not None and at - self._at > self._speaks:
            self._nobody_looked(self._at + self._speaks, at)
        if self._nodes is not health.nodes:
            self._turn(health.nodes, at)
        self._mind_blindness(health, at)
        self._at = at

    def told(self, names: Sequence[str]) -> dict[str, Spent]:
        """Up to the last poll, by name."""
        self._spend_all(self._at)
        wanted = set(names)
        return {name: spent for name, spent in zip(self._names, self._spent, strict=True) if name in wanted}

    def gaps(self) -> tuple[Gap, ...]:
        if self._blind_since is None or self._at is None:
            return tuple(self._gaps)
        return (*self._gaps, Gap(self._blind_since, self._at))

    def _turn(self, nodes: Sequence[Node], at: Instant) -> None:
        if not self._nodes:
            self._since = [at] * len(nodes)
        else:
            for number, (was, now) in enumerate(zip(self._nodes, nodes, strict=True)):
                if was is not now and _how(was) != _how(now):
                    self._spend(number, at)
        self._nodes = nodes

    def _spend(self, number: int, until: Instant) -> None:
        spent, level = self._spent[number], _how(self._nodes[number])
        spent[level] = spent.get(level, 0.0) + until - self._since[number]
        self._since[number] = until

    def _spend_all(self, until: Instant | None) -> None:
        if until is not None:
            for number in range(len(self._nodes)):
                self._spend(number, until)

    def _nobody_looked(self, begin: Instant, end: Instant) -> None:
        self._spend_all(begin)
        for number, node in enumerate(self._nodes):
            level = (node.level if node.level is Shown.UNMONITORED else Shown.UNKNOWN).value
            spent = self._spent[number]
            spent[level] = spent.get(level, 0.0) + end - begin
            self._since[number] = end
        if self._blind_since is None:
            self._gaps.append(Gap(begin, end))

    def _mind_blindness(self, health: Health, at: Instant) -> None:
        blind = health.known == 0 and any(node.unknown and not node.idle for node in health.services())
        if blind and self._blind_since is None:
            self._blind_since = at
        elif not blind and self._blind_since is not None:
            self._gaps.append(Gap(self._blind_since, at))
            self._blind_since = None


def _how(node: Node) -> str:
    return IDLE if node.idle and node.level is Shown.UNKNOWN else node.level.value
