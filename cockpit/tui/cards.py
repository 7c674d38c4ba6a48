"""A few words on what has no screen of its own: a runbook with mistakes, a source, an alert, a link. Pure."""

from __future__ import annotations

from cockpit.core.state import State
from cockpit.views import facts
from cockpit.views.lines import Row, text_of


def card(state: State, row: Row) -> str:
    """What Enter tells of a row that opens no screen."""
    match row.opens:
        case "runbook":
            return _runbook(state, row.key)
        case "source":
            return source(state, row.key)
        case "link":
            return row.key if row.key.startswith(("http://", "https://")) else f"not a web link: {row.key}"
        case "contact":
            return f"{row.key} (y copies it)"
        case _:
            return " ".join(" ".join(text_of(cell) for cell in row.cells).split())


def _runbook(state: State, name: str) -> str:
    for each in state.model.runbooks:
        if each.id == name:
            where = f"\nread it in {each.file}" if each.file else ""
            return f"{each.id}: {each.title}{where}; it cannot be opened: `cockpit lint` says why"
    return f"no runbook is called {name}"


def concerned(state: State, name: str) -> str:
    """The service that a node, runbook or run is about, as far as anybody wrote it down; else nothing."""
    if name in state.health.graph.index:
        return name
    run = state.record.runs.get(name)
    book = run.runbook if run else state.model.books.get(name)
    return next((each for each in (book.services if book else ()) if each in state.health.graph.index), "")


def source(state: State, name: str) -> str:
    found = state.picture.sources.get(name)
    if found is None:
        return f"no source is called {name}"
    seen = {None: "not asked yet", True: "reachable", False: "cannot be reached"}[found.reachable]
    told = [f"{found.name}: {seen}", found.reason, found.hint, found.note]
    contact = facts.reach(state, found.owner)
    told += [f"owner {found.owner}{', ' if contact else ''}{contact}"] * bool(found.owner)
    told += [f"runbook {found.runbook}"] * bool(found.runbook)
    return "; ".join(filter(None, told))
