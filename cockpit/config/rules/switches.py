"""Kill switches against the stores they rely on (F01 to F07), and those that protect nothing (C16)."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.config import files, models
from cockpit.config.convert.world import flag_file, kill_switch
from cockpit.config.findings import Placed, finding, short
from cockpit.config.flagd import read_flagd, switch_findings
from cockpit.config.merge import Declared
from cockpit.config.secret_keys import is_reference, is_secret_header
from cockpit.core.flagd import FlagdFlag
from cockpit.errors import Finding


def complaints(declared: Declared) -> Iterator[Finding]:
    flags: dict[str, dict[str, FlagdFlag] | None] = {}
    providers = {store.value.name: store.value.provider for store in declared.flags}
    for store in declared.flags:
        yield from _store(store)
        if (path := flag_file(store)) is not None:
            flags[store.value.name], found = read_flagd(path, files.shown(path))
            yield from found
    used = {mode.flag.key for node in declared.nodes() for mode in node.value.degradations if mode.flag}
    for switch in declared.kill_switches:
        yield from switch_findings(kill_switch(switch.value), switch, flags.get(switch.value.provider))
        if providers.get(switch.value.provider) == "unleash" and not isinstance(switch.value.kill, bool):
            message = f"kill switch '{short(switch.value.key)}' has a kill value that Unleash cannot hold"
            yield finding("F06", switch.at("kill"), message, "write kill: true or kill: false")
        if not switch.value.service and switch.value.key not in used:
            message = f"kill switch '{short(switch.value.key)}' protects nothing that is known"
            hint = "add service:, or name the flag in a degradation of the service"
            yield finding("C16", switch.at("key"), message, hint)


def _store(store: Placed[models.FlagStore]) -> Iterator[Finding]:
    declared = store.value
    who = f"flag store '{short(declared.name)}'"
    if declared.provider == "webhook" and declared.get is None:
        message = f"{who} has no get, so nobody can read back what a change did"
        yield finding("F07", store.at("name"), message, "add get: with the address that tells a flag's state")
    for name, value in declared.headers.items():
        if is_secret_header(name) and not is_reference(value):
            hint = "write a reference such as env:NAME, and change the secret: it was seen"
            message = f"the header '{short(name)}' is written in the file"
            yield finding("C18", store.at("headers", name), message, hint)
