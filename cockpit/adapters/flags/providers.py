"""The flag stores of a configuration, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from cockpit.core.levels import Instant
from cockpit.core.model import FlagStore, Model
from cockpit.core.runbook.work import FlagOutcome
from cockpit.ports import FlagProvider, Secrets

if TYPE_CHECKING:
    from cockpit.adapters.simulator import Performance


def flag_providers(
    model: Model, secrets: Secrets | None = None, *, readonly: bool = False
) -> dict[str, FlagProvider]:
    """Opens nothing yet. Without `secrets` only environment and files are looked into; no command runs.

    `readonly`: there is no way to write through them.
    """
    if secrets is None:
        from cockpit.adapters.secrets import Secrets as Lookup

        secrets = Lookup()
    stores = {store.name: _provider(store, model, secrets) for store in model.flags}
    if not readonly:
        return stores
    from cockpit.adapters.flags.look_only import LookOnly

    return {name: LookOnly(store) for name, store in stores.items()}


def simulated_providers(
    model: Model,
    performance: Performance,
    now: Callable[[], Instant],
    outcomes: Mapping[str, FlagOutcome] | None = None,
) -> dict[str, FlagProvider]:
    """The same stores in a scenario; a flag that no switch names belongs to the first of them."""
    from cockpit.adapters.flags.simulated import SimulatedFlags

    keeper = {switch.key: switch.provider for switch in model.kill_switches}
    found: dict[str, FlagProvider] = {}
    for number, store in enumerate(model.flags or (FlagStore("simulation", "simulated"),)):
        others = {key for key, keeps in keeper.items() if keeps != store.name}
        own = {key for key, keeps in keeper.items() if keeps == store.name}
        rest = set(performance.course.scenario.flags) - others if number == 0 else set()
        found[store.name] = SimulatedFlags(store, performance, now, sorted(own | rest), outcomes)
    return found


def _provider(store: FlagStore, model: Model, secrets: Secrets) -> FlagProvider:
    """Each is imported only where it is used: the HTTP client is the largest import of all."""
    match store.provider:
        case "unleash":
            from cockpit.adapters.flags.unleash import Unleash

            return Unleash(store, secrets)
        case "webhook":
            from cockpit.adapters.flags.webhook import Webhook

            return Webhook(_knowing_keys(store, model), secrets)
        case "command":
            from cockpit.adapters.flags.command import Command

            return Command(_knowing_keys(store, model), secrets)
    from cockpit.adapters.flags.flagd_file import FlagdFile

    return FlagdFile(store)


def _knowing_keys(store: FlagStore, model: Model) -> FlagStore:
    """With the keys that the configuration names, for stores that cannot list theirs."""
    keys = [switch.key for switch in model.kill_switches if switch.provider == store.name]
    return replace(store, options={**store.options, "keys": tuple(dict.fromkeys(keys))})
