"""When it is worth looking from here, and at what: only where metrics are blind."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.core.levels import Shown
from cockpit.core.model import Check
from cockpit.core.state import State


def is_undecided(state: State) -> bool:
    """Nobody knows yet whether a Prometheus answers: the first round is still on."""
    servers = _answering(state)
    return state.health.at is None and bool(servers) and True not in servers and None in servers


def is_blind(state: State) -> bool:
    """No Prometheus of the configuration answers."""
    servers = _answering(state)
    return bool(servers) and set(servers) == {False}


def worth_looking(state: State) -> tuple[Check, ...]:
    """The checks that say more than the metrics do, in the order of the configuration.

    All of them where no Prometheus answers (or none is configured); else those of services that are
    UNKNOWN once a poll has been judged. What is seen this way is shown, and no level ever comes of it.
    """
    if not state.model.checks:
        return ()
    if True not in _answering(state):
        return state.model.checks
    if state.health.at is None:
        return ()
    unseen = {node.name for node in state.health.services() if node.level is Shown.UNKNOWN and not node.idle}
    return tuple(check for check in state.model.checks if check.service in unseen)


def _answering(state: State) -> list[bool | None]:
    """Of each Prometheus whether it could be reached when it was asked last."""
    sources: Iterable[str] = (server.name for server in state.model.prometheus)
    return [state.picture.sources[name].reachable for name in sources if name in state.picture.sources]
