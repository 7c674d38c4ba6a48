"""What a screen asks before it does something: what would happen, and the ways to answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cockpit.core.levels import Instant
from cockpit.views.lines import Line


@dataclass(frozen=True, slots=True)
class Option:
    """One answer. `wants` or `phrase`: something has to be typed before it counts."""

    name: str
    words: str
    why_not: str = ""
    """It is shown, refused, and this is the reason."""
    wants: str = ""
    """What has to be typed, in two or three words; empty: nothing."""
    phrase: str = ""
    """Must be typed exactly."""
    text: str = ""
    """Stands there already, to be changed."""
    optional: bool = False
    """What it `wants` may stay empty."""
    then: Option | None = None
    """What has to be typed next; what counts is the first text, and that this one was right."""

    @property
    def label(self) -> str:
        return f"type exactly: {self.phrase}" if self.phrase else self.wants

    def refuses(self, text: str) -> str:
        """Why `text` is no answer; empty: it is."""
        if self.why_not:
            return self.why_not
        if self.phrase and text != self.phrase:
            return f"type exactly: {self.phrase}"
        if self.wants and not self.optional and not text.strip():
            return f"{self.wants}: it cannot be empty"
        return ""


@dataclass(frozen=True, slots=True)
class Asking:
    """The way out stands first and has the focus: a key too many changes nothing."""

    title: str
    told: tuple[Line, ...]
    options: tuple[Option, ...]
    cancel: str = "Cancel"
    counts: Callable[[Instant], Line] | None = None
    """A last line that goes on with the time; None: nothing in it does."""


@dataclass(frozen=True, slots=True)
class Said:
    name: str
    text: str = ""
