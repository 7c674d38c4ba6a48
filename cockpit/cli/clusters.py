"""Which cluster a command is limited to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.core.clusters import clusters
from cockpit.errors import UsageError
from cockpit.text import join_names

if TYPE_CHECKING:
    from cockpit.core.model import Model

MOST_NAMED = 8


def known_cluster(model: Model, name: str) -> None:
    """Nothing for a cluster that there is, and for no name. Raises UsageError."""
    there = clusters(model)
    if not name or name in there:
        return
    hint = f"there is {join_names(there, MOST_NAMED)}" if there else "name a Prometheus under prometheus:"
    raise UsageError(f"there is no cluster '{name}'", hint)
