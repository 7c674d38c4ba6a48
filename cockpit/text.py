"""The one door for text from outside, the words of the screen, and how it writes numbers and times."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "attest": "I checked it myself",
        "reconcile": "finding out whether it happened",
        "effect unknown": "may or may not have happened",
        "inconclusive": "the check could not see",
        "sealed": "can no longer be undone",
        "obligation": "to clean up",
        "exposure": "should be hurt by",
        "contradiction": "does not add up",
    }
)
"""Machine words and what the screen says instead; JSON keeps the machine words."""

UNKNOWN: Final = "unknown"

# Characters that draw nothing of their own and steer the terminal or the eye: C0, DEL, C1, bidi controls,
# invisible spaces, line and paragraph separators, surrogates, interlinear marks, tags. The zero-width
# joiners (U+200C, U+200D) stay: Persian, Indic scripts and family emoji are misspelt without them. Tab and
# newline stand apart.
_HIDDEN: Final = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
)
_hidden: Final = re.compile(f"[{_HIDDEN}]")
_hidden_or_space: Final = re.compile(f"[{_HIDDEN}\t\n]")
_half: Final = re.compile("[\ud800-\udfff]")
_newline: Final = re.compile("\r\n|[\u2028\u2029]")

# A string sequence (OSC, DCS, APC, PM, SOS) goes as a whole when it is closed. No body may hold an
# introducer, so each is scanned once: linear on hostile input. One that nobody closes takes at most its
# line with it; in 8-bit form only its introducer, because a stray U+009D is far more often a mis-decoded
# quotation mark than a sequence.
_sequence: Final = re.compile(
    r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x18\x1a\x1b\x90\x98\x9b-\x9f]*+(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[\]PX^_][^\n\x07\x18\x1a\x1b\x90\x98\x9b-\x9f]*+"
    r"|(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]?"
    r"|\x1b[ -/]*+[0-~]?"
)


def clean(text: str, *, multiline: bool = False) -> str:
    """`text` without anything that could steer a terminal; idempotent, plain text comes back as it is.

    Escape sequences go as a whole, other control, bidi and invisible characters one by one; lone surrogates
    too, so the result can always be encoded. A tab becomes spaces up to the next stop of eight. A newline
    (CR LF, U+2028, U+2029) stays in a `multiline` place and is drawn as `␤` elsewhere. Markup is not
    touched: escaping it is the screen's part.
    """
    if text.isprintable():  # holds for no character that is taken out, and for nearly every label
        return text
    if not (_hidden if multiline else _hidden_or_space).search(text):
        return text.expandtabs(8)
    text = _newline.sub("\n", text)
    text = _hidden.sub("", _sequence.sub("", text)).expandtabs(8)
    return text if multiline else text.replace("\n", "␤")


def whole(text: str) -> str:
    """Half characters, which bytes that are no text leave behind, become U+FFFD: it can be encoded."""
    return _half.sub("\ufffd", text)


def first_hidden(text: str) -> str:
    """The first character that `clean` would take out, or nothing; tabs and newlines do not count."""
    found = None if text.isprintable() else _hidden.search(text)
    return found.group() if found else ""


def say(word: str) -> str:
    """What the screen calls a machine word; a word that needs no translation comes back unchanged."""
    return WORDS.get(word, word)


def age(seconds: float | None) -> str:
    """How long, for a sentence: "4 s", "14 min", "3 h", "2 d"; rounded down, never below "0 s"."""
    amount, unit = _span(seconds)
    return f"{amount} {unit}" if unit else UNKNOWN


def remaining(seconds: float) -> str:
    """How long is left: "3 h 59 min", "1 d 4 h", "59 min"; rounded down, but no whole hour is lost by it."""
    amount, unit = _span(seconds)
    size, finer = {"d": (86_400, "h"), "h": (3_600, "min")}.get(unit, (0, ""))
    rest, smaller = _span(seconds - amount * size) if finer else (0, "")
    return f"{amount} {unit}" + (f" {rest} {smaller}" if rest and smaller == finer else "")


def short_age(seconds: float | None) -> str:
    """How long, for a column: "4s", "14m", "3h", "2d", "?"."""
    amount, unit = _span(seconds)
    return f"{amount}{unit[0]}" if unit else "?"


def _span(seconds: float | None) -> tuple[int, str]:
    if seconds is None or not math.isfinite(seconds):
        return 0, ""
    whole = max(0, int(seconds))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if whole >= size:
            return whole // size, unit
    return whole, "s"


def number(value: float | None) -> str:
    """A measured value in a few characters: "0.31", "12.3", "842", "9k", "1.2M"; None is "unknown".

    Three significant digits below a thousand, so that a value next to its threshold can be told from it.
    """
    if value is None:
        return UNKNOWN
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    sign, size = "-" if value < 0 else "", abs(value)
    if size < 999.5:
        return sign + f"{size:.3g}".replace("e-0", "e-")
    for step, unit in ((1e3, "k"), (1e6, "M"), (1e9, "G"), (1e12, "T")):
        scaled = size / step
        if scaled < 999.5:  # compared as it will be rounded: never "1000k"
            return sign + (f"{scaled:.0f}" if scaled >= 9.95 else _trim(f"{scaled:.1f}")) + unit
    return f"{value:.2g}".replace("e+", "e")


def percent(ratio: float | None) -> str:
    """A ratio (0.031) as "3.1 %". Only the whole is "100 %" and only nothing is "0 %", however near."""
    if ratio is None or not math.isfinite(ratio):
        return UNKNOWN
    share = ratio * 100
    if 0 < share < 0.01:
        return "<0.01 %"
    if 99.99 < share < 100:
        return ">99.99 %"
    edge = min(abs(share), abs(100 - share))
    return _trim(f"{share:.{2 if edge < 1 else 1 if edge < 10 else 0}f}") + " %"


_SYMBOLS: Final = MappingProxyType({"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"})


def money(amount: float | None, currency: str) -> str:
    """An amount in full: "€1,240", "€0.45"; a currency without a well-known sign follows: "1,240 XYZ"."""
    if amount is None or not math.isfinite(amount):
        return UNKNOWN
    size = abs(amount)
    return _priced(amount, f"{size:,.0f}" if size >= 100 or size == int(size) else f"{size:,.2f}", currency)


def short_money(amount: float | None, currency: str) -> str:
    """An amount for a column: "€17k", "17k XYZ"."""
    if amount is None or not math.isfinite(amount):
        return UNKNOWN
    return _priced(amount, number(abs(amount)), currency)


def _priced(amount: float, digits: str, currency: str) -> str:
    sign = "-" if amount < 0 and digits.strip("0.") else ""
    symbol = _SYMBOLS.get(currency)
    return f"{sign}{symbol}{digits}" if symbol else f"{sign}{digits} {currency}"


def clock(instant: float | None) -> str:
    """The time of day in UTC of an instant (Unix seconds): "02:16"."""
    if instant is None:
        return UNKNOWN
    try:
        return datetime.fromtimestamp(instant, UTC).strftime("%H:%M")
    except (ValueError, OverflowError, OSError):  # NaN, or a year nobody will see
        return UNKNOWN


def plural(count: int, one: str, many: str = "") -> str:
    """ "1 service", "2 services"; `many` where an s is not enough."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def join_names(names: Sequence[str], at_most: int = 3) -> str:
    """ "a", "a and b", "a, b and 2 more", "none"; `at_most` of the names are spelt out, and at least one."""
    if not names:
        return "none"
    shown = list(names[: max(1, at_most)])
    rest = len(names) - len(shown)
    last = f"{rest:,} more" if rest else shown.pop()
    return f"{', '.join(shown)} and {last}" if shown else last


def _trim(digits: str) -> str:
    """Without zeros that say nothing: "9.0" is "9"."""
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
