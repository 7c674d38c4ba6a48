"""`cockpit journal copy`: the record moves to another engine, and nothing of it is lost or made up."""

from __future__ import annotations

import asyncio

from cockpit.cli.output import say
from cockpit.cli.readonly import refuse_where_readonly
from cockpit.cli.settings import Settings


def copy(settings: Settings, source: str, target: str) -> int:
    """Raises JournalError, and then nothing is left behind, or it is said."""
    from cockpit.cli.loading import load
    from cockpit.wiring.copying import configured, copied

    refuse_where_readonly(settings)
    source = source or configured(load(settings).model)
    head = asyncio.run(copied(source, target))
    say([f"{head.seq:,} records copied from {source} to {target}; the chain holds there, head {head}"])
    return 0
