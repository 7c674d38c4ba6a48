"""A proposal as a loaded configuration, by way of the same text and the same strict loader as its files."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from cockpit.config.loading import Loaded, load
from cockpit.config.proposal.shape import Proposal
from cockpit.config.proposal.writing import written
from cockpit.core.model import Origin
from cockpit.errors import CockpitError, Place

NOT_KEPT = "(proposal, not kept)"


def loaded(proposal: Proposal, *, environ: Mapping[str, str] | None = None) -> Loaded:
    """Nothing of it stays on disk, so there is nothing to watch. Raises CockpitError without room for it."""
    try:
        with tempfile.TemporaryDirectory(prefix="cockpit-") as folder:
            # A folder deeper: runbooks are looked for beside it, and what lies in /tmp is not ours.
            config = Path(folder) / "config"
            config.mkdir()
            put(proposal, config)
            known = load(config, environ=environ)
    except OSError as error:
        raise CockpitError(
            f"no room for a temporary file: {error.strerror}", "set TMPDIR to a folder that has some"
        ) from error
    findings = tuple(
        replace(each, at=Place(Path(each.at.file).name, each.at.line, each.at.column))
        for each in known.findings
    )
    return replace(
        known,
        model=replace(known.model, origin=Origin(NOT_KEPT)),
        findings=findings,
        files=(),
        path=Path(NOT_KEPT),
        runbook_folders=(),
    )


def put(proposal: Proposal, folder: Path) -> list[Path]:
    """The files, into a folder that is there: all or none, and never over another. Raises OSError."""
    done: list[Path] = []
    try:
        for name, text in written(proposal).items():
            with open(folder / name, "x", encoding="utf-8") as file:
                done.append(folder / name)
                file.write(text)
    except BaseException:  # an interrupt, too, leaves nothing half
        for file_done in done:
            file_done.unlink(missing_ok=True)
        raise
    return done
