"""Whom to call, how, and who is next when nobody answers; and what is asked before a team is paged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from cockpit.core.incident.model import open_ones
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import EscalationStep, Service, Team
from cockpit.core.state import State
from cockpit.text import age, clock
from cockpit.views import facts, headline
from cockpit.views.asking import Asking, Option
from cockpit.views.declared import is_web
from cockpit.views.lines import Column, Line, Row, Section, Span, Tone, line

TITLE: Final = "Who to call"
COLUMNS: Final = (Column(least=8), Column(least=16, most=90, grow=True), Column(most=44, drop=1))
OLD: Final[Seconds] = 8 * 3600.0
"""Shifts change: what a lookup said so long ago may be about somebody else."""
LONGEST: Final = 300
"""Characters of the page that is proposed."""


def section(state: State, names: Iterable[str], now: Instant) -> Section:
    """`names`: services, capabilities or teams; each team that owns one of them, in that order."""
    asked = tuple(dict.fromkeys(names))
    began = beginning(state, asked)
    rows: list[Row] = []
    for name in teams_of(state, asked):
        team = facts.team(state, name)
        rows += _team(state, team, began, now) if team else [_nobody(name)]
    rows += [row for name in asked for row in _supplier(state, name, len(asked) > 1)]
    note = "" if rows else "Nobody is named as owner, so nobody can be told whom to call."
    counted = f"Counted from {clock(began[0])} UTC, {began[1]}." if began and _counts(state, asked) else ""
    return Section(TITLE, COLUMNS, tuple(rows), line(note or counted, Tone.DIM))


def teams_of(state: State, names: Iterable[str]) -> tuple[str, ...]:
    """Names of the teams that own `names`, each once; a team stands for itself."""
    found = []
    for name in names:
        known = name in state.health.graph.index
        found.append(facts.declared(state, name).owner if known else name)
    return tuple(dict.fromkeys(owner for owner in found if owner))


def beginning(state: State, names: Iterable[str]) -> tuple[Instant, str] | None:
    """From when escalation is counted, and why: since it fails; else since an incident with it was declared.

    None: nothing is wrong with any of them, as far as anybody knows.
    """
    chosen = set(names)
    owned = {service.name for service in state.model.services if service.owner in chosen}
    nodes = [state.health.node(each) for each in chosen | owned if each in state.health.graph.index]
    onsets = [node.onset for node in nodes if node.onset is not None]
    if onsets:
        return min(onsets), "when it began to fail"
    touched = chosen | owned
    found = [each for each in open_ones(state.record.incidents.values()) if touched & set(each.touched)]
    return (found[0].declared_at, f"when {found[0].id} was declared") if found else None


def _counts(state: State, names: Iterable[str]) -> bool:
    """Whether any of their teams has somebody to go on to."""
    teams = (facts.team(state, name) for name in teams_of(state, names))
    return any(step.after for team in teams if team for step in team.escalation)


def _nobody(name: str) -> Row:
    return Row((line(name, Tone.STRONG), line("is no team of this configuration", Tone.WARNING)))


def _team(state: State, team: Team, began: tuple[Instant, str] | None, now: Instant) -> Iterator[Row]:
    yield Row((line(team.name, Tone.STRONG), _on_call(state, team, now)))
    for label, contact in (("phone", team.phone), ("chat", team.chat), ("email", team.email)):
        if contact:
            yield _contact(label, contact)
    if team.page:
        yield Row((line("page", Tone.DIM), line(f"by webhook: P, or cockpit incident page {team.name}")))
    for step in team.escalation:
        if step.kind != "oncall":
            yield _next(state, step, began, now)


def _on_call(state: State, team: Team, now: Instant) -> Line:
    """What its lookup said and how old that is; never more than somebody said."""
    if not team.lookup:
        ways = team.phone or team.chat or team.email or team.page
        return line(
            "on call" if ways else "nobody said how to reach it", Tone.PLAIN if ways else Tone.WARNING
        )
    said = state.picture.oncall.get(team.name)
    if said is None:
        return line("who is on call has not been asked yet (O)", Tone.DIM)
    if said.trouble or not said.text:
        return line(f"nobody knows who is on call: {said.trouble or 'its lookup says nothing'}", Tone.WARNING)
    old = now - said.at
    doubt = ", which may have changed" if old > OLD else ""
    text = " ".join(said.text.split())
    return Span(text, Tone.STRONG), Span(
        f" (asked {age(old)} ago{doubt})", Tone.WARNING if doubt else Tone.DIM
    )


def _contact(label: str, contact: str, whose: str = "") -> Row:
    """Its key is what is copied: the number alone."""
    web = is_web(contact)
    cells = (line(label, Tone.DIM), line(contact), line(whose, Tone.DIM))
    return Row(cells[: 3 if whose else 2], contact, "link" if web else "contact")


def _supplier(state: State, name: str, of_several: bool) -> Iterator[Row]:
    """Of what others run: how to reach them."""
    if name in state.health.graph.index:
        declared = facts.declared(state, name)
        if isinstance(declared, Service) and declared.contact:
            yield _contact("contact", declared.contact, f"for {name}" if of_several else "")


def _next(state: State, step: EscalationStep, began: tuple[Instant, str] | None, now: Instant) -> Row:
    """Who, how to reach them, and when it is their turn."""
    reach = facts.reach(state, step.whom) if step.kind == "team" else ""
    who = f"team {step.whom}" if step.kind == "team" else step.whom
    text = f"{who}{', ' if reach else ''}{reach}"
    team = facts.team(state, step.whom) if step.kind == "team" else None
    contact = next((way for way in (team.phone, team.chat, team.email) if way), "") if team else ""
    cells = (line("then", Tone.DIM), line(text), turn(step, began, now))
    return Row(cells, contact, "contact" if contact else "")


def turn(step: EscalationStep, began: tuple[Instant, str] | None, now: Instant) -> Line:
    """ "after 10 min", "in 4 min (02:21 UTC)", "their turn since 02:21 UTC"."""
    if began is None:
        return line(f"after {age(step.after)}" if step.after else "next", Tone.DIM)
    due = began[0] + step.after
    if due > now:
        return line(f"in {age(due - now)} ({clock(due)} UTC)", Tone.DIM)
    return line(f"their turn since {clock(due)} UTC", Tone.WARNING)


# Paging


def no_page(state: State, name: str) -> str:
    """Why the team cannot be paged from here, in plain words; empty: it can."""
    team = facts.team(state, name)
    if team is None:
        return f"there is no team '{name}'" if name else "nobody is named as its owner"
    if state.readonly:
        return f"{state.why_readonly}, so nobody is paged"
    if not team.page:
        reach = facts.reach(state, name)
        return f"{name} has no webhook for pages{'; reach it by ' if reach else ''}{reach}"
    if state.picture.journal_trouble:
        return f"no record, so nobody is paged: {state.picture.journal_trouble}"
    return ""


def paging(state: State, name: str, node: str, now: Instant) -> Asking:
    """What stands in the page is proposed, and can be changed."""
    team = facts.team(state, name)
    assert team is not None
    text = proposed(state, node, now)
    told = (
        line(f"A POST goes to {_host(team.page)}, once. What it says and what came of it goes on record."),
        line("Whether anybody reads it nobody can tell from here: when in doubt, call.", Tone.DIM),
    )
    option = Option("page", f"Page {name}", wants="what to tell them", text=text)
    return Asking(f"Page {name}?", told, (option,))


def proposed(state: State, node: str, now: Instant) -> str:
    """How it stands in one sentence, with what the page is about before it."""
    first = next(iter(headline.sentences(state, now)), "")
    subject = ""
    if node in state.health.graph.index:
        level = state.health.node(node).level.value.replace("_", " ")
        subject = f"{facts.called(state, node)} {level}: "
    return f"{subject}{first}"[:LONGEST]


def _host(url: str) -> str:
    """Where it goes, without what may be half a secret: many webhooks have theirs in the path."""
    return url.split("//", 1)[-1].split("/", 1)[0].rpartition("@")[2]
