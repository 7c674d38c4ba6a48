"""Rules over a whole configuration, each in a module of its own; pure but for those that read flag files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cockpit.config.convert.world import connection_complaints, environment_complaints
from cockpit.config.merge import Declared
from cockpit.config.presets import Presets
from cockpit.config.reading import Reading
from cockpit.config.rules import edges, owners, preset_files, queries, secrets, step_preset_files, switches
from cockpit.config.tuning import Patience
from cockpit.core.model import Model
from cockpit.errors import Finding


def complaints(
    declared: Declared, model: Model, presets: Presets, patience: Patience, environ: Mapping[str, str]
) -> Iterator[Finding]:
    """Everything that needs more than one part of a file to see."""
    yield from connection_complaints([*declared.prometheus, *declared.alertmanager, *declared.flags])
    yield from environment_complaints(declared, environ)
    yield from queries.complaints(declared, presets, patience)
    yield from owners.complaints(declared, model)
    yield from edges.complaints(declared)
    yield from switches.complaints(declared)


def about_files(reading: Reading, patience: Patience) -> Iterator[Finding]:
    """What can be seen in a file by itself."""
    for document in (*reading.raw, *(document for _, document in reading.presets)):
        yield from secrets.complaints(document)
    for document in (*reading.scenarios, *(read.raw for read in reading.runbooks)):
        yield from secrets.complaints(document, empty=False)
    for preset, document in reading.presets:
        yield from preset_files.complaints(preset, document, patience.scrape)
        yield from step_preset_files.complaints(preset, document)
