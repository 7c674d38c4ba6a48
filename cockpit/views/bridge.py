"""The first screen: what is wrong, what the business can still do, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.core.levels import Instant
from cockpit.core.runbook.run import Run
from cockpit.core.state import Entry, State
from cockpit.core.switches import SwitchSeen
from cockpit.core.update_record import needs_somebody
from cockpit.text import clock
from cockpit.views import business, company, facts, fit, glass, headline, judging, words
from cockpit.views.lines import Column, Line, Row, Section, Span, Tone, line
from cockpit.views.rehearsed import short_of
from cockpit.views.runbooks import standing
from cockpit.views.switch_facts import called, hurt, owed, to_do
from cockpit.views.switch_facts import standing as standing_of
from cockpit.views.wrong import wrong

MOST_TOLD = 50
NEXT_COLUMNS = (
    Column(),
    Column(most=48),
    Column(least=12, most=80, drop=2, chooses=True),
    Column(drop=1),
)
TIMELINE_COLUMNS = (Column(), Column(grow=True))


@dataclass(frozen=True, slots=True)
class BridgeView:
    headline: tuple[str, ...]
    """Whole sentences, the most important first; `headline.lines` fits them to a width."""
    first_move: Line
    """The fixed advice for the most urgent class; empty when nothing is wrong."""
    wrong: Section
    """Breached data, suspects with their symptoms nested in the first cell, unknown ones, other trouble."""
    business: Section
    next: Section
    """Runs and switches that need somebody, then what fits: the best runbook, a kill switch, all others."""
    timeline: Section
    """Newest first."""


def bridge(state: State, now: Instant, only: str = "") -> BridgeView:
    """`only` is the cluster that `state` is limited to (`core.clusters.seen_in`)."""
    return BridgeView(
        headline=headline.sentences(state, now, only),
        first_move=first_move(state),
        wrong=wrong(state, now),
        business=business.section(state, now),
        next=do_next(state, now, only),
        timeline=timeline(state, only),
    )


def first_move(state: State) -> Line:
    top = fit.top_class(state)
    if top is None:
        return ()
    name = words.CLASSES[top]
    return Span(f"{name[:1].upper()}{name[1:]}: ", Tone.STRONG), Span(words.FIRST_MOVES[top])


def do_next(state: State, now: Instant, only: str = "") -> Section:
    """What is not over stands first: a person has to see it through before anything is begun."""
    fitting = fit.proposals(state)
    asked = judging.answerable(state, now)
    told = judging.roots(asked)
    waiting = [run for run in state.record.runs.values() if needs_somebody(run) and run.id not in told]
    mine = [run for run in waiting if company.ours_to_see_to(state, run)]
    rows = [_waiting(state, run, "r" if run in mine[:1] else "") for run in mine]
    rows += [judging.row(each, now, "r" if each in asked[:1] and not mine else "") for each in asked]
    rows += [_waiting(state, run, "") for run in waiting if run not in mine]
    rows += [_owed(each, now) for each in to_do(state, now)]
    books = [
        _proposed(state, each, "r" if at == 0 and not (mine or asked) else "")
        for at, each in enumerate(fitting)
    ]
    switches = _switches(state, now)
    # Two lines at 80x24: the best of each kind is in them.
    rows += [*books[:1], *switches[:1], *books[1:], *switches[1:], *glass.rows(state, now)]
    return Section("Do next", NEXT_COLUMNS, tuple(rows), _nothing_fits(state, only) if not fitting else ())


def _waiting(state: State, run: Run, key: str) -> Row:
    title = (Span(f"{run.id} ", Tone.STRONG), Span(run.runbook.title))
    return Row(
        (line(key, Tone.KEY), title, standing(state, run), ()), run.id, "run", (standing(state, run)[:1],)
    )


def _proposed(state: State, proposal: fit.Proposal, key: str) -> Row:
    reason, *shorter = (line(", ".join(proposal.reasons[:most]), Tone.DIM) for most in (9, 1))
    how, tone = short_of(state, proposal.runbook)
    if proposal.draft:
        how, tone = "draft: not checked, no undo", Tone.WARNING
    if proposal.adds_load:
        how, tone = f"{how}, adds load", Tone.WARNING
    cells = (
        line(key, Tone.KEY),
        line(proposal.title),
        reason,
        line(how, tone),
    )
    shorter += [line(proposal.reasons[0].partition(",")[0], Tone.DIM)]
    return Row(cells, proposal.runbook, "runbook", tuple(shorter))


def _owed(seen: SwitchSeen, now: Instant) -> Row:
    cells = (line("s", Tone.KEY), line(called(seen), Tone.STRONG), line(owed(seen, now), Tone.WARNING))
    return Row((*cells, ()), called(seen), "switch")


def _switches(state: State, now: Instant) -> list[Row]:
    """Kill switches of what fails now."""
    worth = hurt(state)
    declared = [switch for switch in state.model.kill_switches if switch.service in worth]
    return [
        Row(
            (
                line("s" if at == 0 else "", Tone.KEY),
                line(switch.key),
                line(switch.effect, Tone.DIM),
                standing_of(state, switch, now),
            ),
            switch.key,
            "switch",
        )
        for at, switch in enumerate(declared)
    ]


def _nothing_fits(state: State, only: str) -> Line:
    """Whom to call when no runbook fits; nothing when nothing is wrong."""
    first = facts.most_urgent(state)
    if not first:
        calm = not facts.blind(state) and not facts.lost_sources(state)
        done = f"Nothing to do in {only}." if only else "Nothing to do."
        return line(done if calm and state.health.at is not None else "No runbook fits.", Tone.DIM)
    owner = facts.declared(state, first).owner
    contact = facts.reach(state, owner)
    whom = f" Call {owner}{', ' if contact else ''}{contact}." if owner else " Nobody is named as its owner."
    return line(f"No runbook fits.{whom}")


def timeline(state: State, only: str = "") -> Section:
    """Of everything, also where only one cluster is shown."""
    entries = state.picture.timeline[: -MOST_TOLD - 1 : -1]
    note = line("Nothing yet.", Tone.DIM) if not entries else ()
    title = "What happened everywhere (UTC)" if only else "What happened (UTC)"
    return Section(title, TIMELINE_COLUMNS, tuple(_told(state, entry) for entry in entries), note)


def _told(state: State, entry: Entry) -> Row:
    known = entry.subject in state.health.graph.index
    subject = (Span(f"{facts.called(state, entry.subject)}: "),) if entry.subject and known else ()
    tone = Tone.STRONG if entry.kind in ("act", "change") else Tone.PLAIN
    cells = (line(clock(entry.at), Tone.DIM), (*subject, Span(words.told(entry.kind, entry.text), tone)))
    return Row(cells, entry.subject if known else "", "node" if known else "")
