"""A preset of one's own: what its users could not mend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cockpit.config.expansion import QUERIES, WIDE, written
from cockpit.config.findings import Names, Placed, finding, short
from cockpit.config.marks import Document
from cockpit.config.models import PresetFile, PresetSignal
from cockpit.config.rules.queries import about
from cockpit.config.texts import Hole, cut
from cockpit.config.tuning import disorder, unproven
from cockpit.core.levels import Seconds
from cockpit.errors import Finding

_TAKEN: Final = frozenset({*WIDE, "use", "prefix", "only"})


def complaints(preset: PresetFile, document: Document, scrape: Seconds) -> Iterator[Finding]:
    placed = Placed(preset, document, ())
    yield from _names(placed)
    values = {
        name: written(each.default, scrape) for name, each in preset.parameters.items() if not each.required
    }
    known = Names("parameter", [*preset.key, *preset.parameters])
    for number, signal in enumerate(preset.signals):
        here = placed.within(signal, "signals", number)
        yield from disorder(signal.name, signal.kind, signal, here)
        yield from unproven(signal.name, signal.on_no_data, signal.requires, here)
        yield from _texts(here, known, values, scrape)


def _texts(
    here: Placed[PresetSignal], known: Names, values: dict[str, str], scrape: Seconds
) -> Iterator[Finding]:
    for field in QUERIES:
        text: str | None = getattr(here.value, field)
        if text is None:
            continue
        at = here.at(field)
        holes = [piece for piece in cut(text).pieces if isinstance(piece, Hole)]
        for name in dict.fromkeys(hole.name for hole in holes if hole.name not in known):
            message = f"signal '{here.value.name}' uses ${{{short(name)}}}, which is no parameter"
            yield finding("C03", at, message, known.hint(name))
        # A parameter without a default stands for what its place expects.
        likely = {hole.name: "x" if hole.quote else "5m" for hole in holes}
        yield from about(cut(text).fill(likely | values), at, scrape)


def _names(placed: Placed[PresetFile]) -> Iterator[Finding]:
    """Everything that may stand beside `use` has to be told apart."""
    seen: dict[str, str] = dict.fromkeys(_TAKEN, "a key of every use")
    preset = placed.value
    for section in ("key", "parameters"):
        for name in getattr(preset, section):
            if name in seen and seen[name] != "key":
                message = f"the parameter '{name}' is also {seen[name]}"
                yield finding("C02", placed.at(section, name, key=True), message, "give it another name")
            seen.setdefault(name, section)
    signals: set[str] = set()
    for number, signal in enumerate(preset.signals):
        at = placed.at("signals", number, "name")
        if signal.name in signals:
            yield finding(
                "C02", at, f"signal '{signal.name}' is defined twice", "rename or remove one of them"
            )
        elif signal.name in seen:
            yield finding(
                "C02", at, f"signal '{signal.name}' has the name of a parameter", "rename one of them"
            )
        signals.add(signal.name)
