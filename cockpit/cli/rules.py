"""`cockpit rules`: a recording-rules file for Prometheus."""

from __future__ import annotations

from cockpit.cli.loading import load
from cockpit.cli.output import say
from cockpit.cli.settings import Settings


def rules(settings: Settings) -> int:
    from cockpit.views.rules import recording_rules

    say(recording_rules(load(settings).model))
    return 0
