"""What it costs to leave it alone: memory and idle CPU of the whole program, beside an empty DataTable app.

`cockpit --config` on a written configuration, asking a real Prometheus that has every series of it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from tests.bench import refresh
from tests.bench.fleet import model
from tests.bench.table import Row
from tests.bench.terminal import Terminal, share_of_cpu
from tests.lab.prometheus import Prometheus

SIZES = {500: "< 90 MB", 5000: "< 160 MB"}
SETTLING = {50: 20.0, 500: 20.0, 5000: 75.0}
"""Seconds until history is read, or given up after a minute."""
AHEAD = 180
"""Seconds of samples that are still to come when the server starts."""
IDLE = 20.0


def write(folder: Path, services: int, journal: str = "{sqlite: default}") -> None:
    """Services of the names that the server knows, with dependencies and the signals of `otel-http`."""
    lines = ["apiVersion: cockpit/v1", "kind: Cockpit", "metadata: {name: bench}", f"journal: {journal}"]
    lines.append("services:")
    for at, service in enumerate(model(services).services):
        needs = ", ".join(f"{{to: {called(int(each.members[0][1:]))}}}" for each in service.depends_on)
        lines += [
            f"  - name: {called(at)}",
            f"    system: {service.system}",
            "    signals: [{use: otel-http}]",
            f"    dependsOn: [{needs}]",
        ]
    (folder / "cockpit.yaml").write_text("\n".join(lines) + "\n")


def called(number: int) -> str:
    return f"service-{number:04}"


def at_rest(
    services: int, journal: str = "{sqlite: default}", env: Mapping[str, str] = {}
) -> tuple[float, float]:
    """MB resident and per cent of a core."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        (folder / "server").mkdir()
        (folder / "config").mkdir()
        write(folder / "config", services, journal)
        server = Prometheus(folder / "server")
        server.backfill(refresh.past(services, ahead=AHEAD))
        stack.enter_context(server)
        words = ("--config", str(folder / "config"), "--prometheus", server.url)
        terminal = stack.enter_context(Terminal("cockpit", *words, env={"XDG_STATE_HOME": name, **env}))
        terminal.wait_for("bench")
        terminal.drain(SETTLING.get(services, 0.0))
        return terminal.memory(), share_of_cpu(terminal, IDLE)


def empty() -> float:
    """MB resident."""
    with Terminal("tests.bench.plain") as terminal:
        terminal.wait_for("service")
        terminal.drain(1)
        return terminal.memory()


def rows() -> list[Row]:
    memory = empty()
    found = []
    for services, aim in SIZES.items():
        ours, ours_cpu = at_rest(services)
        against = "empty DataTable app"
        found.append(Row(f"memory, {services:,} services", ours, memory, "MB", against, aim))
        # Against an app that does nothing at all a ratio says nothing.
        found.append(Row(f"idle CPU, {services:,} services", ours_cpu, None, "%", "", "< 1 %"))
    return found
