"""From samples to levels, causes, spread and business impact: exact rules, pure, in columns.

`fresh` makes the picture before the first poll, `advance` takes it one poll further, `reason` adds suspects
and the spread verdict, `carry_over` keeps the past when the model is replaced.
"""

from cockpit.core.health.advance import advance, fresh, graft, reason, reasoning
from cockpit.core.health.carry import carry_over
from cockpit.core.health.reading import reading, readings, trail

__all__ = ["advance", "carry_over", "fresh", "graft", "reading", "readings", "reason", "reasoning", "trail"]
