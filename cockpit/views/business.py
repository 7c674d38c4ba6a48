"""What the business can still do: capabilities in its own words, what they cost, who can go on how."""

from __future__ import annotations

from cockpit.core.health.state import Impact, Node
from cockpit.core.levels import Instant, Integrity, Shown
from cockpit.core.model import Audience, Capability
from cockpit.core.state import State
from cockpit.text import age, clock, percent
from cockpit.views import facts, words
from cockpit.views.lines import Column, Line, Row, Section, Span, Tone, line

COLUMNS = (
    Column(least=12, grow=True),
    Column(most=30),
    Column(drop=2),
    Column(most=24, right=True, drop=1),
    Column(least=12, most=34, drop=3),
    Column(most=40, drop=5),
)
"""Title; how it is; sparkline of the measure; lost so far; workaround or deadline; loss a minute."""


def worst_first(state: State) -> list[Node]:
    """Capabilities by badness; of equals those of customers, then the lower tier, then as declared."""

    def rank(node: Node) -> tuple[int, bool, int]:
        declared = facts.capability_of(state, node.name)
        return -words.BADNESS[node.level], declared.audience is not Audience.CUSTOMERS, declared.tier

    return sorted(state.health.capabilities(), key=rank)


def sentence(state: State, node: Node) -> str:
    """How a capability is, without the full stop: "Customers cannot buy: €1,240 a minute (measured)"."""
    name = facts.title(state, node.name)
    impact = state.health.impacts.get(node.name)
    loss = f": {words.loss_a_minute(impact.per_minute)}" if impact and _loses(impact) else ""
    match node.level:
        case Shown.UNKNOWN:
            return f"Nobody can see whether this works: {name}"
        case Shown.AT_RISK | Shown.OK | Shown.UNMONITORED:
            return f"{name}, but it is at risk"
        case Shown.DEGRADED:
            return f"{name}, but worse than agreed{loss}"
        case Shown.FAILING:
            return f"{_cannot(name, 'often cannot', 'FAILING')}{loss}"
        case Shown.DOWN:
            return f"{_cannot(name, 'cannot', 'DOWN')}{loss}"


def _cannot(name: str, verb: str, otherwise: str) -> str:
    """ "Customers can buy" turned around; a title without "can" gets the level beside it."""
    before, can, after = name.partition(" can ")
    return f"{before} {verb} {after}" if can else f"{name}, {otherwise}"


def _loses(impact: Impact) -> bool:
    return impact.per_minute.kind == "unknown" or impact.per_minute.high > 0


def section(state: State, now: Instant) -> Section:
    rows = tuple(_row(state, node, now) for node in worst_first(state))
    note = () if rows else line("No business capability is declared.", Tone.DIM)
    return Section("The business", COLUMNS, rows, note, hints=continuity(state, now))


def _row(state: State, node: Node, now: Instant) -> Row:
    declared = facts.capability_of(state, node.name)
    impact = state.health.impacts.get(node.name)
    glyph, word = words.level_spans(node.level)
    name = (glyph, Span(" "), Span(declared.title or declared.name))
    measure = state.health.trail(node.name, declared.measure.name) if declared.measure else []
    cells = (
        name,
        _how(node, impact, word),
        line(words.sparkline(measure)),
        line(words.loss_so_far(impact.so_far) if impact and impact.so_far and impact.so_far.high > 0 else ""),
        _help(state, node, declared, impact, now),
        line(
            words.loss_a_minute(impact.per_minute) if impact and is_hurt(node) and _loses(impact) else "",
            Tone.DIM,
        ),
    )
    return Row(cells, node.name, "node")


def _how(node: Node, impact: Impact | None, word: Span) -> Line:
    """The level, and how much is missing where that is measured: "FAILING -61 %"."""
    if node.level is Shown.UNKNOWN and node.idle:
        return word, Span(" no traffic", Tone.DIM)
    if not is_hurt(node) or not impact or impact.actual is None or not impact.expected:
        return (word,)
    missing = impact.actual / impact.expected - 1
    return (word, Span(f" {percent(missing)}")) if missing < 0 else (word,)


def is_hurt(node: Node) -> bool:
    """Something to say about it; unknown counts."""
    return node.level not in (Shown.OK, Shown.UNMONITORED)


def _help(state: State, node: Node, declared: Capability, impact: Impact | None, now: Instant) -> Line:
    """How people go on meanwhile and how long, else by when it matters."""
    if not is_hurt(node):
        return ()
    if node.level is not Shown.AT_RISK and declared.workaround:
        left = workaround_left(declared, impact, now)
        if left is None:
            return line(declared.workaround.what)
        return line(f"{declared.workaround.what}, {f'{age(left)} left' if left > 0 else 'over its time'}")
    due = deadline(declared, now)
    return line(f"by {clock(due)}" if due is not None else "")


def workaround_left(declared: Capability, impact: Impact | None, now: Instant) -> float | None:
    """Seconds that a workaround still carries; None: without a limit, or nobody knows since when."""
    if not declared.workaround or declared.workaround.good_for is None or not impact or impact.since is None:
        return None
    return impact.since + declared.workaround.good_for - now


def deadline(declared: Capability, now: Instant) -> Instant | None:
    """The next moment by which it matters."""
    return next((moment for moment in declared.deadlines if moment >= now), None)


def continuity(state: State, now: Instant) -> tuple[Line, ...]:
    """For each audience whether it can go on: yes, limited, no, unknown, and by when it matters."""
    parts: list[Span] = []
    for audience in Audience:
        mine = [
            node for node in worst_first(state) if facts.capability_of(state, node.name).audience is audience
        ]
        if not mine:
            continue
        answer, tone = _answer(state, mine[0], now)
        dues = [
            due
            for node in mine
            if is_hurt(node) and (due := deadline(facts.capability_of(state, node.name), now))
        ]
        by = f" by {clock(min(dues))}" if dues else ""
        parts += [Span("  ")] if parts else [Span("Can go on: ", Tone.DIM)]
        parts += [Span(f"{words.AUDIENCES[audience]} "), Span(answer, tone), Span(by, Tone.DIM)]
    return (tuple(parts),) if parts else ()


def _answer(state: State, node: Node, now: Instant) -> tuple[str, Tone]:
    declared = facts.capability_of(state, node.name)
    match node.level:
        case Shown.UNKNOWN | Shown.UNMONITORED:
            return "unknown", Tone.UNKNOWN
        case Shown.OK | Shown.AT_RISK if node.integrity in (Integrity.OK, Integrity.UNKNOWN):
            return "yes", Tone.OK
        case Shown.DOWN:
            left = workaround_left(declared, state.health.impacts.get(node.name), now)
            carried = declared.workaround is not None and (left is None or left > 0)
            return ("limited", Tone.DEGRADED) if carried else ("no", Tone.DOWN)
        case _:
            return "limited", Tone.DEGRADED
