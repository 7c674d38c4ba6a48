"""What-if on a large fleet: one answer, the blast radius of everybody, and the whole command from files."""

from __future__ import annotations

import contextlib
import io
import tempfile
from dataclasses import replace
from pathlib import Path

from cockpit.cli.main import run
from cockpit.config import load
from cockpit.core.health.graph import Graph, compile_graph
from cockpit.core.levels import Level
from cockpit.core.model import Degradation, FlagIs, KillSwitch, Model, Service
from cockpit.core.slots import lay_out
from cockpit.core.whatif.answer import answer
from cockpit.core.whatif.blast import blast_radius, by_themselves
from cockpit.core.whatif.every import everybody
from cockpit.views.whatif.document import document
from tests.bench.fleet import model, write_configuration
from tests.bench.table import Row, in_turn

SERVICES = 5000
SAMPLE = 100
"""So many services are asked about one after the other; the time is scaled up to all."""


def rows() -> list[Row]:
    declared = with_switches(model(SERVICES))
    graph = compile_graph(declared, lay_out(declared))
    last = f"s{SERVICES - 1}"
    modes = by_themselves(graph)
    one, walk = in_turn(
        lambda: document(answer(graph, {last: Level.DOWN}, {}), {}),
        lambda: blast_radius(graph, {last: Level.DOWN}, modes),
    )
    every, each = in_turn(lambda: everybody(graph, modes).sizes(), lambda: one_by_one(graph), 3)
    with tempfile.TemporaryDirectory() as name:
        write_configuration(Path(name), SERVICES)
        whole, loading = in_turn(lambda: command(name, last), lambda: load(Path(name)), 3)
    hurt = len(blast_radius(graph, {last: Level.DOWN}, modes))
    return [
        Row(f"one answer, {hurt:,} of {SERVICES:,} hurt", one, walk, "ms", "the walk over the graph alone"),
        Row(
            f"whom each of {SERVICES:,} would hurt",
            every,
            each * SERVICES / min(SAMPLE, SERVICES),
            "ms",
            f"one after the other, scaled from {min(SAMPLE, SERVICES)}",
            "< 3,000 ms",
        ),
        Row("the command, from files to JSON", whole, loading, "ms", "loading the files", "< 3,000 ms"),
    ]


def with_switches(declared: Model) -> Model:
    """Every tenth service can do without what it needs once its switch is turned."""
    services = tuple(softened(each) if at % 10 == 5 else each for at, each in enumerate(declared.services))
    keys = [each.name for each in services if each.degradations]
    return replace(
        declared, services=services, kill_switches=tuple(KillSwitch(key, "files", key) for key in keys)
    )


def softened(service: Service) -> Service:
    mode = Degradation("less", Level.DEGRADED, flag=FlagIs(service.name, True), max_duration=3600.0)
    edges = tuple(replace(edge, fallback="less") for edge in service.depends_on)
    return replace(service, degradations=(mode,), depends_on=edges)


def one_by_one(graph: Graph) -> None:
    modes = by_themselves(graph)
    step = max(1, SERVICES // SAMPLE)
    for at in range(0, SERVICES, step):
        blast_radius(graph, {f"s{at}": Level.DOWN}, modes)


def command(folder: str, service: str) -> int:
    with contextlib.redirect_stdout(io.StringIO()):
        return run(["--config", folder, "what-if", service, "--json"])
