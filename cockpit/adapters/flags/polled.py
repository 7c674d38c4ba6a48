"""A store of flags on a server as a source: what its flags say now, for the fallbacks that hang on them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Final

from cockpit.adapters.flags.checked import Checked
from cockpit.adapters.flags.trouble import FlagTrouble
from cockpit.core.events import Event, FlagsRead, SourceAnswered, SourceFailed
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import FlagStore, Model, Scalar
from cockpit.ports import Secrets

PATIENCE: Final[Seconds] = 2.5
"""For all of its flags together; a poll ends after three seconds."""


def polled(store: FlagStore, model: Model, secrets: Secrets) -> PolledStore | None:
    """None for one that cannot be asked: a fallback names no environment, and watching runs no command."""
    if len(store.environments) > 1:
        return None
    keys = [switch.key for switch in model.kill_switches if switch.provider == store.name]
    if not keys:
        return None
    match store.provider:
        case "unleash":
            from cockpit.adapters.flags.unleash import Unleash

            return PolledStore(Unleash(store, secrets), keys)
        case "webhook" if store.options.get("get"):
            from cockpit.adapters.flags.webhook import Webhook

            return PolledStore(Webhook(store, secrets), keys)
    return None


class PolledStore:
    def __init__(self, store: Checked, keys: list[str]) -> None:
        self.name = store.name
        self._store = store
        self._keys = keys

    async def poll(self, at: Instant) -> AsyncIterator[Event]:
        """All or nothing: a flag that could not be read is not known, and neither is its store fine."""
        try:
            async with asyncio.timeout(PATIENCE):
                values = await self._values()
        except FlagTrouble as trouble:
            yield SourceFailed(self.name, at, trouble.message, trouble.hint)
        except TimeoutError:
            yield SourceFailed(self.name, at, f"no answer within {PATIENCE:g} s", "is it overloaded?")
        else:
            yield SourceAnswered(self.name, at)
            yield FlagsRead(self.name, at, values)

    async def close(self) -> None:
        await self._store.close()

    async def _values(self) -> Mapping[str, Scalar]:
        """Of the flags that are there. Raises FlagTrouble."""
        env = self._store.environment("")
        states = await asyncio.gather(*(self._store.look(key, env) for key in self._keys))
        return {state.key: state.value for state in states if state is not None}
