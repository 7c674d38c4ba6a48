"""Kill switches against the flag files they rely on (F01 to F05), and those that protect nothing (C16)."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.config import files
from cockpit.config.convert.world import flag_file, kill_switch
from cockpit.config.findings import finding, short
from cockpit.config.flagd import read_flagd, switch_findings
from cockpit.config.merge import Declared
from cockpit.core.flagd import FlagdFlag
from cockpit.errors import Finding


def complaints(declared: Declared) -> Iterator[Finding]:
    flags: dict[str, dict[str, FlagdFlag] | None] = {}
    for store in declared.flags:
        path = flag_file(store)
        flags[store.value.name], found = read_flagd(path, files.shown(path))
        yield from found
    used = {mode.flag.key for node in declared.nodes() for mode in node.value.degradations if mode.flag}
    for switch in declared.kill_switches:
        yield from switch_findings(kill_switch(switch.value), switch, flags.get(switch.value.provider))
        if not switch.value.service and switch.value.key not in used:
            message = f"kill switch '{short(switch.value.key)}' protects nothing that is known"
            hint = "add service:, or name the flag in a degradation of the service"
            yield finding("C16", switch.at("key"), message, hint)
