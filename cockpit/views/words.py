"""What the screen says instead of machine words; every table here is tested to be complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cockpit.core.health.state import Loss, Node, Spread
from cockpit.core.levels import FailureClass, Instant, Integrity, Shown, Verdict
from cockpit.core.model import Audience
from cockpit.core.poll import Change
from cockpit.text import age, clock, join_names, money, number, percent, short_money
from cockpit.views.lines import LEVEL_TONES, Span, Tone

GLYPHS: Final[Mapping[Shown, str]] = {
    Shown.OK: "●",
    Shown.AT_RISK: "◐",
    Shown.DEGRADED: "▲",
    Shown.FAILING: "◆",
    Shown.DOWN: "■",
    Shown.UNKNOWN: "?",
    Shown.UNMONITORED: "·",
}
"""Each with its word beside it; the screen has an ASCII twin for every one."""

BADNESS: Final[Mapping[Shown, int]] = {
    Shown.UNMONITORED: 0,
    Shown.OK: 1,
    Shown.AT_RISK: 2,
    Shown.UNKNOWN: 3,
    Shown.DEGRADED: 4,
    Shown.FAILING: 5,
    Shown.DOWN: 6,
}
"""Order in lists. UNKNOWN stands above what is merely at risk: it may be anything."""

CLASSES: Final[Mapping[FailureClass, str]] = {
    FailureClass.CORRUPTION: "data wrong",
    FailureClass.UNAVAILABLE: "unavailable",
    FailureClass.RETRY_STORM: "retry storm",
    FailureClass.THROTTLED: "throttled",
    FailureClass.DEGRADATION: "degraded",
    FailureClass.DELAY: "delay",
    FailureClass.BLIND: "blind",
}

FIRST_MOVES: Final[Mapping[FailureClass, str]] = {
    FailureClass.CORRUPTION: "Stop the writer; do not restart, retry, replay or drain.",
    FailureClass.UNAVAILABLE: "Fail over or switch to the fallback; page the owner.",
    FailureClass.RETRY_STORM: "Shed load or cut retries first, then repair.",
    FailureClass.THROTTLED: "Lower demand, do not retry harder.",
    FailureClass.DEGRADATION: "Look for the last change.",
    FailureClass.DELAY: "Find the queue; slow is not broken, say so.",
    FailureClass.BLIND: "Restore sight before acting on guesses.",
}

INTEGRITY: Final[Mapping[Integrity, str]] = {
    Integrity.OK: "",
    Integrity.SUSPECT: "data in doubt",
    Integrity.BREACHED: "data wrong",
    Integrity.UNKNOWN: "data not checked",
}

VERDICTS: Final[Mapping[Verdict, str]] = {
    Verdict.CANNOT_TELL: "cannot tell whether it spreads",
    Verdict.CLEAR: "clear",
    Verdict.RECOVERING: "recovering",
    Verdict.SPREADING: "spreading",
    Verdict.WORSENING: "getting worse",
    Verdict.TOO_EARLY: "too early to tell",
    Verdict.CONTAINED: "contained",
}

AUDIENCES: Final[Mapping[Audience, str]] = {
    Audience.CUSTOMERS: "Customers",
    Audience.SUPPORT: "Support",
    Audience.FINANCE: "Finance",
    Audience.OPERATIONS: "Operations",
    Audience.LEADERSHIP: "Leadership",
}

DATA_WRONG: Final = "DATA WRONG"
SPARKS: Final = "▁▂▃▄▅▆▇█"


def level_word(level: Shown) -> str:
    """ "AT RISK": as people read it."""
    return level.value.replace("_", " ")


def level_spans(level: Shown) -> tuple[Span, Span]:
    """Glyph and word, in the level's tone."""
    tone = LEVEL_TONES[level]
    return Span(GLYPHS[level], tone), Span(level_word(level), tone)


def state_span(node: Node) -> Span:
    """The word for how a node is; that its data is wrong stands above every level."""
    if node.integrity is Integrity.BREACHED:
        return Span(DATA_WRONG, Tone.BREACHED)
    return level_spans(node.level)[1]


def readable(text: str) -> str:
    """A line written with machine words (contradictions), with the words of the screen."""
    return text.replace(Shown.AT_RISK.value, level_word(Shown.AT_RISK))


def told(kind: str, text: str) -> str:
    """An entry of the timeline in the words of the screen: "data wrong (was not checked)"."""
    said: Mapping[str, str] = {}
    if kind == "spread":
        said = {verdict.value: word for verdict, word in VERDICTS.items()}
    elif kind == "integrity":
        said = {integrity.value: word.removeprefix("data ") for integrity, word in INTEGRITY.items() if word}
    for machine, word in said.items():
        text = text.replace(machine, word)
    return readable(text)


def verdict(spread: Spread, now: Instant) -> str:
    """Where it goes: "spreading 2→4 in 6 min", "too early: contained in 04:10 if nothing new"."""
    match spread.verdict:
        case Verdict.SPREADING if spread.since is not None:
            before = max(0, spread.failing - len(spread.new))
            return f"spreading {before}→{spread.failing} in {age(now - spread.since)}"
        case Verdict.TOO_EARLY if spread.settles_at is not None:
            return f"too early: contained in {countdown(spread.settles_at - now)} if nothing new"
        case other:
            return VERDICTS[other]


def countdown(seconds: float) -> str:
    """Minutes and seconds left: "04:10"; an hour and more: "2:04:10"; never negative."""
    whole = max(0, int(seconds))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes:02}:{whole % 60:02}"


def loss_a_minute(loss: Loss) -> str:
    """ "€1,240 a minute (measured)", "20-80 % lost (estimated)", "not known yet"; never without its tag."""
    if loss.kind == "unknown":
        return "loss not known yet"
    amount = _range(loss, short=False)
    return f"{amount} a minute ({loss.kind})" if loss.unit == "money" else f"{amount} lost ({loss.kind})"


def loss_so_far(loss: Loss) -> str:
    """ "€17k", "about €2k-17k", "at least €17k"; the tag in one word or sign."""
    if loss.kind == "measured":
        return _range(loss, short=True)
    if loss.kind == "estimated":
        return f"about {_range(loss, short=True)}"
    # What was lost while nobody could see has no upper end.
    return f"at least {_amount(loss.low, loss, short=True)}" if loss.low else "not known yet"


def _range(loss: Loss, short: bool) -> str:
    high = _amount(loss.high, loss, short)
    return high if loss.low == loss.high else f"{_bare(loss.low, loss, short)}-{high}"


def _amount(value: float, loss: Loss, short: bool) -> str:
    if loss.unit == "%":
        return percent(value / 100)
    return (short_money if short else money)(value, loss.currency)


def _bare(value: float, loss: Loss, short: bool) -> str:
    """The lower end of a range; the sign or unit at the upper end serves both."""
    if loss.unit == "%":
        return percent(value / 100).removesuffix(" %")
    return (short_money if short else money)(value, loss.currency)


def measured_value(value: float | None, unit: str) -> str:
    """A signal's value in the unit that people use: "31 %", "1.4 s", "9k"."""
    if value is None:
        return "no samples"
    if value != value:
        return "not a number"
    match unit:
        case "ratio":
            return percent(value) if abs(value) != float("inf") else number(value)
        case "seconds":
            return f"{number(value * 1000)} ms" if 0 < abs(value) < 0.1 else f"{number(value)} s"
        case "" | "messages" | "count":
            return number(value)
        case other:
            return f"{number(value)} {other}"


def reversible(change: Change) -> str:
    """Whether a change can be taken back, in words; nothing when nobody said."""
    if change.reversible is False:
        return "not reversible"
    if change.reversible == "until" or (change.reversible and change.until is not None):
        limit = clock(change.until) if change.until is not None else change.point_of_no_return
        return f"reversible until {limit}" if limit else "reversible for a while"
    return "reversible" if change.reversible else ""


def change_words(change: Change) -> str:
    """ "release 1.42"; the version once."""
    return change.what if change.version in change.what else f"{change.what} {change.version}"


def sparkline(trail: list[float | None], cells: int = 8) -> str:
    """The last `cells` values from lowest to highest; a gap is a space, infinities are the ends."""
    shown = trail[-cells:]
    finite = [value for value in shown if value is not None and abs(value) != float("inf")]
    if not finite:
        return ""
    low, high = min(finite), max(finite)
    return "".join(_spark(value, low, high) for value in shown).rstrip()


def _spark(value: float | None, low: float, high: float) -> str:
    if value is None:
        return " "
    if value in (float("inf"), float("-inf")):
        return SPARKS[-1] if value > 0 else SPARKS[0]
    share = (value - low) / (high - low) if high > low else 0.0
    return SPARKS[min(7, int(share * 8))]


def names(of: tuple[str, ...] | list[str], at_most: int = 3) -> str:
    return join_names(of, at_most)


def unknown_span() -> Span:
    return Span("?", Tone.UNKNOWN)
