"""Where a command runs and what it sees: the target's context, never the one that happens to be around."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cockpit.core.model import Target
from cockpit.core.runbook.model import Runbook, Step

NEUTRAL: Final = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TERM"}
)
"""Of the cockpit's own environment, what says nothing about which system is meant, and lets nobody in.

An ssh agent does: a target that needs one names its socket in `env`.
"""


def environment(
    target: Target | None, environ: Mapping[str, str], step: Mapping[str, str] | None = None
) -> dict[str, str]:
    """With a target: its own variables over neutral ones. Without one: the cockpit's. The step's on top."""
    if target is None:
        return {**environ, **(step or {})}
    neutral = {name: value for name, value in environ.items() if name in NEUTRAL or name.startswith("LC_")}
    return {**neutral, **target.env, **(step or {})}


def working_folder(target: Target | None, runbook: Runbook) -> str:
    return (target.cwd if target else "") or runbook.folder


def target_of(step: Step, runbook: Runbook, chosen: str) -> str:
    """The step's own, else what the run was started for, else the runbook's."""
    return step.target or chosen or runbook.target
