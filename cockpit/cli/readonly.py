"""Read-only for commands that need no world of the engine."""

from __future__ import annotations

from contextlib import suppress

from cockpit.cli.acting import turn_away
from cockpit.cli.settings import Settings
from cockpit.errors import CockpitError, RunRefused


def refuse_where_readonly(settings: Settings) -> None:
    """Raises RunRefused by the flag, and by a configuration where there is one: also who may only look."""
    from cockpit.cli.loading import load
    from cockpit.core.switches import readonly as forbids_writing

    if settings.readonly:
        raise RunRefused("this cockpit is read-only, so nothing is done")
    model = None
    with suppress(CockpitError):  # without one, or with a broken one, nothing forbids it
        model = load(settings).model
    if model is not None and forbids_writing(model):
        raise RunRefused("the configuration lets nobody write from here (access.readonly)")
    if model is not None:
        turn_away(settings, model)
