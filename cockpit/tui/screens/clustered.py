"""What screens share that can show one cluster alone; which one, the program knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.tui.screens.view import View

if TYPE_CHECKING:
    from cockpit.core.state import State


class ByCluster(View):
    @property
    def only(self) -> str:
        return self.cockpit.cluster

    def seen(self, state: State) -> State:
        """`state` through the cluster that is chosen; itself where none is."""
        return self.cockpit.lens.seen(state) if self.only else state
