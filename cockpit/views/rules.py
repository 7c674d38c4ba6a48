"""Recording rules that answer our grouped questions ahead of time, as Prometheus reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from cockpit.core.model import Model, Query
from cockpit.core.promql_text import fill
from cockpit.core.slots import lay_out

_unfit = re.compile("[^a-zA-Z0-9_]+")


def recording_rules(model: Model) -> list[str]:
    """Lines of a rules file: one record for each grouped question, about the whole fleet.

    Recording rules carry no annotations in Prometheus; only alerting rules do.
    """
    records = dict(_records(model))
    head = [
        "# Optional: makes the grouped queries of cockpit cheap. Made by `cockpit rules`.",
        "groups:",
        f"  - name: {json.dumps(f'cockpit-{model.name}')}",
        f"    interval: {max(1, round(model.scrape))}s",
    ]
    if not records:
        return [*head, "    rules: []"]
    body = [part for name, expr in records.items() for part in _rule(name, expr)]
    return [*head, "    rules:", *body]


def _rule(name: str, expr: str) -> tuple[str, str]:
    # A JSON string is a YAML string, whatever is in it.
    return f"      - record: {name}", f"        expr: {json.dumps(expr)}"


def _records(model: Model) -> Iterator[tuple[str, str]]:
    """(name, expression). A template in several variants (other parameters) gets numbers from 2."""
    taken: dict[str, str] = {}
    for template in lay_out(model).templates:
        query = template.query
        if not query.by:
            continue
        for suffix, text in _texts(query):
            expr = fill(text, "")
            if expr in taken.values():
                continue
            base = f"cockpit:{_unfit.sub('_', query.template).strip('_')}{suffix}"
            name, number = base, 2
            while name in taken:
                name, number = f"{base}_{number}", number + 1
            taken[name] = expr
            yield name, expr


def _texts(query: Query) -> Iterator[tuple[str, str]]:
    """Freshness is left out: of a recorded series it would tell when the rule ran."""
    yield "", query.expr
    if query.volume:
        yield "_volume", query.volume
