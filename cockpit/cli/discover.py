"""`cockpit discover`: who was seen calling whom against what is declared, as a patch to paste."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cockpit.cli.loading import load
from cockpit.cli.output import say, say_json
from cockpit.cli.settings import Settings
from cockpit.core.levels import Seconds
from cockpit.core.seen_edges import DeclaredEdge, Difference, SeenEdge, compare
from cockpit.errors import SourceError, UsageError
from cockpit.text import age, clean, join_names, plural

if TYPE_CHECKING:
    from cockpit.core.model import Model

SCHEMA: Final = "cockpit.discover/v1"
USUAL: Final = "1d"
SHOWN: Final = 20
"""Of each kind of remark; the JSON has them all."""


def discover(settings: Settings, since: str, *, json: bool) -> int:
    """0 all that was seen is declared, 1 not so. Raises SourceError where nobody could see anything."""
    window = _seconds(since)
    model = load(settings).model
    if not model.prometheus:
        raise UsageError("no Prometheus is configured", "`cockpit --prometheus URL discover`")
    seen = asyncio.run(_seen(model, window))
    where = join_names([server.name for server in model.prometheus])
    if not seen:
        hint = "a service graph of traces makes it, in the collector or in Tempo; --since looks back further"
        metric = "traces_service_graph_request_total"
        raise SourceError(f"no call was seen at {where} within {age(window)}: there is no {metric}", hint)
    found, odd = _writable(compare(model, seen))
    if json:
        say_json(document(found, window, [server.name for server in model.prometheus], odd))
    else:
        say(patch(found, where, age(window), odd), ascii=settings.ascii)
    return 1 if found.new or found.strangers or odd else 0


def document(found: Difference, window: float, servers: list[str], odd: int) -> Mapping[str, object]:
    return {
        "schema": SCHEMA,
        "since": window,
        "servers": servers,
        "new": [{"service": caller, "to": callee} for caller, callee in found.new],
        "strangers": [{"service": caller, "to": callee} for caller, callee in found.strangers],
        "unseen": [*_as_json(found.unseen, traced=True), *_as_json(found.dark, traced=False)],
        "agreed": found.both,
        "left_out": odd,
    }


def _writable(found: Difference) -> tuple[Difference, int]:
    """Without strangers whose names hide something or hold a password, and how many names those are."""
    from cockpit.config.proposal.naming import is_name

    odd = {name for name in found.unknown if not is_name(name)}
    kept = replace(
        found,
        strangers=tuple(each for each in found.strangers if not odd.intersection(each)),
        unknown=tuple(name for name in found.unknown if name not in odd),
    )
    return kept, len(odd)


def patch(found: Difference, where: str, window: str, odd: int = 0) -> Iterator[str]:
    """YAML as a whole: what is no edge to paste is a comment. `odd` names were left out."""
    from cockpit.config import writing

    seen = f"within {window} at {where}"
    yield f"# {plural(found.both, 'call')} {'is' if found.both == 1 else 'are'} declared and seen {seen}."
    if found.new or found.strangers:
        yield f"# Seen {seen} and not declared: paste what is true, and remove unreviewed from it."
        yield from writing.written({"services": _services(found)}).splitlines()
    elif not odd:
        yield "# Nothing was seen that is not declared."
    if odd:
        yield f"# {plural(odd, 'name')} left out: not to be written down"
        yield "# (control characters, blanks around, a password, or too long)."
    yield from _remarks(
        found.unseen, f"Declared and not seen {seen}, though the caller was seen calling others"
    )
    yield from _remarks(found.dark, f"Declared and not seen {seen}: no call of these callers is traced")


def _services(found: Difference) -> list[Mapping[str, object]]:
    """One entry a caller; a stranger has to be declared as well, also one that is only called."""
    from cockpit.config.writing import guessed

    called: dict[str, list[object]] = {name: [] for name in found.unknown}
    for caller, callee in (*found.new, *found.strangers):
        called.setdefault(caller, []).append({"to": callee, "unreviewed": True})
    entries: list[Mapping[str, object]] = []
    for name, needs in sorted(called.items()):
        said = guessed(name, "no service is called so") if name in found.unknown else name
        entries.append({"name": said, **({"dependsOn": needs} if needs else {})})
    return entries


def _remarks(edges: Sequence[DeclaredEdge], what: str) -> Iterator[str]:
    if not edges:
        return
    yield f"# {what}:"
    for edge in edges[:SHOWN]:
        yield f"#   {clean(edge.caller)} -> {clean(edge.callee)}{'' if edge.reviewed else ' (not reviewed)'}"
    if len(edges) > SHOWN:
        yield f"#   and {len(edges) - SHOWN} more"


def _as_json(edges: Sequence[DeclaredEdge], *, traced: bool) -> list[Mapping[str, object]]:
    return [
        {"service": edge.caller, "to": edge.callee, "reviewed": edge.reviewed, "caller_traced": traced}
        for edge in edges
    ]


async def _seen(model: Model, window: Seconds) -> frozenset[SeenEdge]:
    """Of all servers together: with one of them missing, what was not seen would prove nothing."""
    from cockpit.adapters.seen_edges import seen_edges

    found: set[SeenEdge] = set()
    for server in model.prometheus:
        try:
            found |= await seen_edges(server, window)
        except SourceError as error:
            raise SourceError(f"Prometheus {server.name}: {error.message}", error.hint) from error
    return frozenset(found)


def _seconds(since: str) -> Seconds:
    from cockpit.config import durations

    try:
        window = durations.seconds(since)
    except ValueError:
        raise UsageError(f"--since: '{since}' is not a duration", durations.meant(since)) from None
    if window < 1:
        raise UsageError(f"--since: {since} is no time to look back", "write a duration such as 1h or 7d")
    return window
