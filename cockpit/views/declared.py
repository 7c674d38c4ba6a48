"""Parts of the service screen that people declared or that happened: modes, people, changes, alerts."""

from __future__ import annotations

from urllib.parse import urlsplit

from cockpit.core.levels import Instant, Shown
from cockpit.core.model import Degradation, Service
from cockpit.core.poll import Change
from cockpit.core.state import State
from cockpit.text import age, clock, remaining, short_age
from cockpit.views import facts, words
from cockpit.views.lines import LEVEL_TONES, Column, Line, Row, Section, Span, Tone, line
from cockpit.views.rehearsed import short_of
from cockpit.views.switch_facts import all_seen, called, since, word

PAIR = (Column(least=10), Column(most=80, grow=True))
MOST_CHANGES = 12


def modes(state: State, name: str, now: Instant) -> Section:
    """Degraded modes: whether in force and how long still, what works, what is lost, what is left to do."""
    active = {mode.name: since for mode, since in facts.active_modes(state, name)}
    rows: list[Row] = []
    for mode in facts.declared(state, name).degradations:
        rows.append(Row((line(mode.name), _in_force(mode, active.get(mode.name), now))))
        rows += [Row(((), text)) for text in _told(mode)]
    return Section("Degraded modes", PAIR, tuple(rows))


def _in_force(mode: Degradation, since: Instant | None, now: Instant) -> Line:
    shown = Shown.of(mode.level)
    level = Span(words.level_word(shown), LEVEL_TONES[shown])
    if since is None:
        how = "carries by itself when needed" if mode.auto else "not in force"
        return Span(f"{how}; at worst ", Tone.DIM), level
    left = facts.time_left(mode, since, now)
    limit = "" if left is None else ", over its time: no longer carries"
    if left is not None and left > 0:
        limit = f", {remaining(left)} left"
    return Span(f"in force for {age(now - since)}{limit}; at worst ", Tone.STRONG), level


def _told(mode: Degradation) -> list[Line]:
    said = (
        ("works: ", mode.works),
        ("lost: ", mode.lost),
        ("to clean up: ", mode.data_debt),
        ("flag: ", f"{mode.flag.key} = {_scalar(mode.flag.value)}" if mode.flag else ""),
        ("on while: ", mode.active_when or ""),
        ("limit: ", age(mode.max_duration) if mode.max_duration is not None else ""),
        ("runbook: ", mode.runbook),
    )
    return [(Span(label, Tone.DIM), Span(text)) for label, text in said if text]


def _scalar(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def people(state: State, name: str) -> Section:
    """Where it belongs; how to reach whom stands under whom to call."""
    declared = facts.declared(state, name)
    pairs = [("owner", declared.owner or "nobody is named")]
    if isinstance(declared, Service):
        pairs += [("system", declared.system), ("region", declared.region)]
    pairs.append(("tier", str(declared.tier)))
    rows = tuple(Row((line(label, Tone.DIM), line(text))) for label, text in pairs if text)
    return Section("Belongs to", PAIR, rows)


def changes(state: State, name: str, now: Instant) -> Section:
    mine = sorted((each for each in state.health.changes if each.service == name), key=lambda each: -each.at)
    rows = tuple(_change(change, now) for change in mine[:MOST_CHANGES])
    return Section("Changes (UTC)", (Column(), Column(most=80, grow=True), Column(right=True)), rows)


def _change(change: Change, now: Instant) -> Row:
    said = [words.change_words(change)]
    said += [f"by {change.by}"] if change.by else []
    undo = words.reversible(change)
    said += [undo] if undo else []
    said += [f"undo: {change.rollback}"] if change.rollback else []
    said += [change.url] if is_web(change.url) else []
    cells = (
        line(clock(change.at), Tone.DIM),
        line(", ".join(said)),
        line(f"{short_age(now - change.at)} ago", Tone.DIM),
    )
    return Row(cells, change.url if is_web(change.url) else "", "link" if is_web(change.url) else "")


def runbooks(state: State, name: str) -> Section:
    """Runbooks as declared; they are opened, not run, from here."""
    service = facts.declared(state, name)
    named = set(service.runbooks) if isinstance(service, Service) else set()
    named |= {mode.runbook for mode in service.degradations if mode.runbook}
    rows = [
        Row((line(card.id), line(card.title), line(*short_of(state, card.id))), card.id, "runbook")
        for card in state.model.runbooks
        if card.id in named or name in (*card.services, *card.fits_services)
    ]
    return Section("Runbooks", (Column(), Column(most=80, grow=True), Column(drop=1)), tuple(rows))


def switches(state: State, name: str, now: Instant) -> Section:
    """How each stands in each environment; Enter goes where it can be moved."""
    columns = (Column(), Column(most=80, grow=True, drop=1), Column(), Column(drop=2))
    mine = [each for each in all_seen(state) if each.switch.service == name]
    rows = [
        Row(
            (
                line(called(each)),
                line(each.switch.effect),
                (word(each, now),),
                line(since(each, now), Tone.DIM),
            ),
            called(each),
            "switch",
        )
        for each in mine
    ]
    return Section("Kill switches", columns, tuple(rows))


def links(state: State, name: str) -> Section:
    """Only web addresses; anything else is shown as text that nothing opens."""
    service = facts.declared(state, name)
    found = service.links if isinstance(service, Service) else ()
    rows = [
        Row(
            (line(link.title or link.type, Tone.DIM), line(link.url)),
            link.url if is_web(link.url) else "",
            "link" if is_web(link.url) else "",
        )
        for link in found
    ]
    return Section("Links", PAIR, tuple(rows))


def is_web(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False
