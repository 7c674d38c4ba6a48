"""The picture through the cluster that a person chose; only what changed since is worked out anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cockpit.core.state import State


class Lens:
    """Which cluster is looked at, and what was last seen of it."""

    def __init__(self) -> None:
        self.cluster = ""
        """Empty: all of them."""
        self._of: State | None = None
        self._seen: State | None = None

    def choose(self, cluster: str) -> None:
        self.cluster = cluster
        self._of = self._seen = None

    def seen(self, state: State) -> State:
        from cockpit.core.clusters import seen_in

        if self._seen is None or self._of is not state:
            self._seen = seen_in(state, self.cluster, self._seen)
            self._of = state
        return self._seen
