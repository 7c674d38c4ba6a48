"""`cockpit init`: a configuration from what a Prometheus knows, in a folder that was empty."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli.output import say, width
from cockpit.cli.proposing import proposed
from cockpit.cli.settings import Settings
from cockpit.errors import CockpitError, UsageError

if TYPE_CHECKING:
    from cockpit.config.proposal import Proposal

USUAL = Path("config")
"""Where a cockpit without `--config` looks first."""


def init(settings: Settings, prometheus: str, out: Path, label: str, http_config: Path | None) -> int:
    """Never over anything that is there; nothing is written before everything is known."""
    from cockpit.config import proposal

    url = prometheus or settings.prometheus or os.environ.get("PROMETHEUS_URL", "")
    if not url:
        raise UsageError(
            "init needs to know whom to ask", "`cockpit init --prometheus http://localhost:9090`"
        )
    _must_be_free(out)
    made = proposed(url, label, proposal.connection(http_config) if http_config else None)
    files = _write(made, out)
    there = "" if out == USUAL else f" --config {out}"
    told = [
        *proposal.told(made),
        "",
        f"Written: {', '.join(map(str, files))}. What is guessed says so.",
        f"Next: `cockpit lint {out}` tells what is missing, `cockpit{there}` opens it.",
    ]
    say((line for each in told for line in _wrapped(each)), ascii=settings.ascii)
    return 0


def _wrapped(text: str) -> list[str]:
    """Words stay whole: an address that is broken leads nowhere."""
    return textwrap.wrap(text, width(), break_long_words=False, break_on_hyphens=False) or [""]


def _must_be_free(out: Path) -> None:
    try:
        if not out.is_dir():
            if out.exists() or out.is_symlink():
                raise UsageError(f"{out} is no folder", "name a new folder with --out")
            return
        if any(out.iterdir()):
            raise UsageError(
                f"{out} is not empty, and nothing is written over", "name a new folder with --out"
            )
    except OSError as error:
        raise _unwritable(out, error) from error


def _write(made: Proposal, out: Path) -> list[Path]:
    """All of it or nothing."""
    from cockpit.config import proposal

    try:
        out.mkdir(parents=True, exist_ok=True)
        return proposal.put(made, out)
    except OSError as error:
        raise _unwritable(out, error) from error


def _unwritable(out: Path, error: OSError) -> CockpitError:
    why = (error.strerror or str(error)).lower()
    return CockpitError(f"{error.filename or out} cannot be written: {why}", "name another folder with --out")
