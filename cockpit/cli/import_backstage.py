"""`cockpit import backstage`: a service catalog as an overlay over the configuration that is there."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli.delivering import deliver, refuse_taken, tell
from cockpit.cli.settings import Settings
from cockpit.errors import UsageError
from cockpit.text import plural

if TYPE_CHECKING:
    from cockpit.config.importing.backstage import Overlay, Present

MOST_TOLD = 12


def import_backstage(settings: Settings, files: Sequence[Path], out: Path | None) -> int:
    """0 written. Raises UsageError when a file cannot be read, holds nothing, or `out` is there already."""
    from cockpit.config.importing.backstage import overlay
    from cockpit.config.importing.entities import Catalog
    from cockpit.config.importing.loose import read_file

    if out is not None:
        refuse_taken([out])
    catalog = Catalog()
    for file in files:
        catalog.read(read_file(file), str(file))
    here = present(settings)
    made = overlay(catalog, here, [str(file) for file in files])
    if not made.services:
        tell(_left_out(made))
        raise UsageError(
            "nothing in these files is a service that is not there yet",
            "what counts is a Component or Resource of backstage.io/v1alpha1 that runs",
        )
    deliver(made.text, out)
    tell(_told(made, here, out))
    return 0


def present(settings: Settings) -> Present:
    """Of the configuration that a cockpit would open, as far as it can be read; of none, nothing."""
    from cockpit.config import files
    from cockpit.config.importing.backstage import Present
    from cockpit.config.loading import examine
    from cockpit.config.presets import shipped_names

    try:
        root = files.find(settings.config, os.environ)
    except UsageError:
        return Present(presets=shipped_names())
    found = examine(root, os.environ, time.time())
    if any(each.severity == "error" for each in found.findings):
        tell([f"{root} has errors, which `cockpit lint` lists; held against what could be read of it"])
    model = found.model
    return Present(
        services={
            each.name: {name for edge in each.depends_on for name in edge.members} for each in model.services
        },
        others={each.name for each in model.capabilities},
        teams=[each.name for each in model.teams],
        presets=found.presets.names(),
        is_there=bool(found.reading.raw),
    )


def _told(made: Overlay, here: Present, out: Path | None) -> list[str]:
    count = ", ".join(
        [
            plural(made.services, "service"),
            plural(made.edges, "unreviewed edge"),
            plural(made.teams, "team"),
            plural(made.guesses, "guess", "guesses"),
        ]
    )
    where = f" written to {out}" if out else ""
    next = "put it beside the configuration" if here.is_there and out is None else "look through it"
    return [
        f"{count}{where}",
        *_left_out(made),
        f"next: {next}, then `cockpit lint` lists what nobody has reviewed",
    ]


def _left_out(made: Overlay) -> list[str]:
    lines = [f"left out: {each}" for each in made.skipped[:MOST_TOLD]]
    more = len(made.skipped) - MOST_TOLD
    return [*lines, f"and {more:,} more left out"] if more > 0 else lines
