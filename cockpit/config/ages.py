"""How old an answer may be and what tells it, for expressions whose authors did not say."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from cockpit.config.tuning import Patience
from cockpit.core import promql
from cockpit.core.levels import Seconds
from cockpit.core.model import Query

RULE: Final = "rule"
"""As `requires`: not a series but a loaded, healthy rule that names the service."""

_answers_always: Final = re.compile(r"\b(vector|absent|absent_over_time|scalar)\s*\(")


@lru_cache(maxsize=8192)
def freshness(expr: str, requires: str | None, by: tuple[str, ...]) -> str | None:
    """Of everything that is read; where nothing bad was ever counted the required series tells the age."""
    return promql.freshness(expr if requires in (None, RULE) else f"({expr}) or ({requires})", by)


def usual_max_age(query: Query, patience: Patience) -> Seconds | None:
    """None where the series may rightly be missing and nothing else tells how old the answer is."""
    if query.freshness is None or query.requires == RULE:
        return None
    if query.requires is None and _answers_always.search(query.expr):
        return None
    return max(4 * patience.scrape, 60.0)
