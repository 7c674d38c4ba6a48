"""What the business can still do: capabilities in its own words, what they cost, who can go on how."""

from __future__ import annotations

from cockpit.core.health.state import Impact, Node
from cockpit.core.levels import Instant, Integrity, Shown
from cockpit.core.model import Audience, Capability
from cockpit.core.state import State
from cockpit.text import age, percent, remaining
from cockpit.views import facts, words
from cockpit.views.lines import Column, Line, Row, Section, Span, Tone, line

COLUMNS = (
    Column(most=44, grow=True),
    Column(),
    Column(right=True, drop=1),
    Column(most=24, right=True, drop=2),
    Column(drop=3),
    Column(least=28, most=60, drop=4, chooses=True),
    Column(most=40, drop=5),
)
"""Title; how it is; how much is missing; lost so far; sparkline of the measure; workaround or deadline; loss
a minute. The title goes last: it is what the business calls it."""


def worst_first(state: State) -> list[Node]:
    """Capabilities by badness; of equals those of customers, then the lower tier, then as declared."""

    def rank(node: Node) -> tuple[int, bool, int]:
        declared = facts.capability_of(state, node.name)
        return -words.BADNESS[node.level], declared.audience is not Audience.CUSTOMERS, declared.tier

    return sorted(state.health.capabilities(), key=rank)


def felt_first(state: State) -> list[Node]:
    """Capabilities that are not fine, in the order in which a person just woken should hear of them.

    What customers feel comes before what anybody else does, tier 1 before tier 2, and only then the worse
    level; what is merely at risk is felt by nobody yet, and comes last.
    """

    def rank(node: Node) -> tuple[bool, bool, int, int]:
        declared = facts.capability_of(state, node.name)
        felt = words.BADNESS[node.level] > words.BADNESS[Shown.AT_RISK]
        others = declared.audience is not Audience.CUSTOMERS
        return not felt, others, declared.tier, -words.BADNESS[node.level]

    return sorted(filter(facts.is_wrong, state.health.capabilities()), key=rank)


def sentence(state: State, node: Node) -> str:
    """How a capability is, without the full stop: "Customers cannot buy: €1,240 a minute (measured)"."""
    name = facts.title(state, node.name)
    impact = facts.impact_of(state, node.name)
    loss = f": {words.loss_a_minute(impact.per_minute)}" if impact and _loses(impact) else ""
    match node.level:
        case Shown.UNKNOWN:
            return f"Nobody can see whether this works: {name}"
        case Shown.AT_RISK | Shown.OK | Shown.UNMONITORED:
            return f"{name}, but it is at risk"
        case Shown.DEGRADED:
            return f"{name}, but worse than agreed{loss}"
        case Shown.FAILING:
            return f"{cannot(name, 'often cannot', 'FAILING')}{loss}"
        case Shown.DOWN:
            return f"{cannot(name, 'cannot', 'DOWN')}{loss}"


def cannot(name: str, verb: str, otherwise: str) -> str:
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
    impact = facts.impact_of(state, node.name)
    glyph, word = words.level_spans(node.level)
    name = (glyph, Span(" "), Span(declared.title or declared.name))
    measure = state.health.trail(node.name, declared.measure.name) if declared.measure else []
    whole, *shorter = _help(node, declared, impact, now)
    cells = (
        name,
        (word,),
        _missing(node, impact),
        line(words.loss_so_far(impact.so_far) if impact and impact.so_far and impact.so_far.high > 0 else ""),
        line(words.sparkline(measure)),
        whole,
        line(
            words.loss_a_minute(impact.per_minute) if impact and is_hurt(node) and _loses(impact) else "",
            Tone.DIM,
        ),
    )
    return Row(cells, node.name, "node", tuple(shorter))


def _missing(node: Node, impact: Impact | None) -> Line:
    """How much is missing where that is measured: "-61 %". What moves within its limits is not missing."""
    if node.level is Shown.UNKNOWN and node.idle:
        return line("no traffic", Tone.DIM)
    if node.level in (Shown.OK, Shown.UNMONITORED, Shown.AT_RISK):
        return ()
    if not impact or impact.actual is None or not impact.expected:
        return ()
    missing = impact.actual / impact.expected - 1
    return line(percent(missing) if missing < 0 else "")


def is_hurt(node: Node) -> bool:
    """Something to say about it; unknown counts."""
    return node.level not in (Shown.OK, Shown.UNMONITORED)


def _help(node: Node, declared: Capability, impact: Impact | None, now: Instant) -> list[Line]:
    """How people go on meanwhile and how long, else by when it matters; all of it, then ever less."""
    if not is_hurt(node):
        return [()]
    if node.level is not Shown.AT_RISK and declared.workaround:
        what, left = declared.workaround.what, workaround_left(declared, impact, now)
        limit = "" if left is None else f"{remaining(left)} left" if left > 0 else "over its time"
        return [line(each) for each in (", ".join(filter(None, (what, limit))), what, limit)]
    due = deadline(declared, now)
    return [line(f"due in {age(due - now)}" if due is not None else "")]


def workaround_left(declared: Capability, impact: Impact | None, now: Instant) -> float | None:
    """Seconds that a workaround still carries; None: without a limit, or nobody knows since when."""
    if not declared.workaround or declared.workaround.good_for is None or not impact or impact.since is None:
        return None
    return impact.since + declared.workaround.good_for - now


def deadline(declared: Capability, now: Instant) -> Instant | None:
    """The next moment by which it matters."""
    return next((moment for moment in declared.deadlines if moment >= now), None)


def continuity(state: State, now: Instant) -> tuple[Line, ...]:
    """Who can go on, a line for each answer, the worst first; for those who cannot, by when it matters."""
    found: dict[str, list[str]] = {}
    for audience in Audience:
        mine = [
            node for node in worst_first(state) if facts.capability_of(state, node.name).audience is audience
        ]
        if not mine:
            continue
        answer = _answer(state, mine[0], now)
        due = _due(state, mine, now) if answer != "yes" else ""
        found.setdefault(answer, []).append(f"{words.AUDIENCES[audience]}{due}")
    return tuple(
        (Span(f"{said}: ", tone), Span(", ".join(found[answer])))
        for answer, (said, tone) in ANSWERS.items()
        if answer in found
    )


ANSWERS = {
    "no": ("Cannot go on", Tone.DOWN),
    "unknown": ("Unknown", Tone.UNKNOWN),
    "limited": ("Limited", Tone.DEGRADED),
    "yes": ("Can go on", Tone.OK),
}


def _due(state: State, nodes: list[Node], now: Instant) -> str:
    """ " (due in 4 h)": the first deadline of what is not fine."""
    declared = [facts.capability_of(state, node.name) for node in nodes if is_hurt(node)]
    dues = [due for each in declared if (due := deadline(each, now)) is not None]
    return f" (due in {age(min(dues) - now)})" if dues else ""


def _answer(state: State, node: Node, now: Instant) -> str:
    declared = facts.capability_of(state, node.name)
    match node.level:
        case Shown.UNKNOWN | Shown.UNMONITORED:
            return "unknown"
        case Shown.OK | Shown.AT_RISK if node.integrity in (Integrity.OK, Integrity.UNKNOWN):
            return "yes"
        case Shown.DOWN:
            left = workaround_left(declared, facts.impact_of(state, node.name), now)
            carried = declared.workaround is not None and (left is None or left > 0)
            return "limited" if carried else "no"
        case _:
            return "limited"
