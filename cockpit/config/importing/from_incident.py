"""An incident on record as a draft runbook: what was done and stayed, in order, with the notes as reasons.

It is what helped once. Whether it is right the next time, what may be repeated and how it is taken back is
for people to say: commands are there as they were declared or typed, and their undo is not.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cockpit.config.ids import slug
from cockpit.config.importing.deeds import REMOVED, Deed
from cockpit.config.importing.drafts import (
    MOST_ABOUT,
    MOST_TOLD,
    MOST_WHY,
    Draft,
    cut,
    escaped,
    marks,
    unfilled,
)
from cockpit.config.importing.secrets import without_secrets
from cockpit.config.writing import Noted, Value, guessed, written
from cockpit.core.incident.model import Incident, Told
from cockpit.core.levels import Instant
from cockpit.core.runbook.model import Parameter
from cockpit.text import clean, clock

MOST_STEPS: Final = 300
_capture: Final = re.compile(r"\$\{captures\.([A-Za-z]\w*)\}")
_bare_capture: Final = re.compile(r"\bcaptures\.([A-Za-z]\w*)")
_param: Final = re.compile(r"\bparams\.([A-Za-z]\w*)")
_unkept: Final = re.compile(r"\$\{(?:answers|value)[^}]*\}")


@dataclass(frozen=True, slots=True)
class Known:
    """What the configuration has, so that a draft names nothing that there is not."""

    services: Collection[str] = ()
    targets: Collection[str] = ()
    stores: Collection[str] = ()
    """Of flags."""


@dataclass(slots=True)
class _Parameters:
    """Asked for the next time: parameters of then, and what was captured then."""

    found: dict[str, Value] = field(default_factory=dict)

    def of(self, deed: Deed, name: str) -> None:
        if name in self.found:
            return
        declared = deed.parameters.get(name)
        told = declared.prompt if declared and declared.prompt else name
        self.found[name] = _parameter(declared, told, deed.values.get(name, ""))

    def of_capture(self, deed: Deed, name: str) -> str:
        """Under a name of its own where a parameter has it already."""
        own = f"{name}_captured" if name in deed.parameters else name
        if own not in self.found:
            was = deed.captured.get(name, "")
            said = f"{name}; it was {without_secrets(clean(was))[:60]}" if was else name
            self.found[own] = {"prompt": guessed(escaped(said), "a step captured it then")}
        return own


def draft(
    incident: Incident, done: Sequence[Deed], known: Known, title: str = "", *, taken: Collection[str] = ()
) -> Draft:
    """`taken`: ids of runbooks that there are."""
    names = _Parameters()
    kept = [each for each in done if each.action is not None]
    steps = list(_steps(kept[:MOST_STEPS], _notes(incident), known, names))
    left = [each for each in done if each.action is None]
    id = slug(title or incident.title)
    id = id if id != "step" else slug(incident.id)
    document: dict[str, Value] = {
        "apiVersion": "cockpit/v1",
        "kind": "Runbook",
        "metadata": _metadata(incident, id, title, known, id in taken, kept[-1].at if kept else 0.0),
    }
    if names.found:
        document["parameters"] = names.found
    document["steps"] = steps
    text = written(document, _head(incident), _foot(left, len(kept) - MOST_STEPS))
    commands = sum("run" in (each.action or {}) for each in kept)
    return Draft(id, text, len(steps), commands, len(names.found), marks(text), 0, len(left))


def _head(incident: Incident) -> list[str]:
    return [
        f"Draft, made by `cockpit runbook from {incident.id}` of what was done then and stayed. Look at "
        "every guess, and take its mark away when it is right: lint counts them (R25).",
        "Nobody has said yet what may be repeated, how to find out what a step did, and how to take it back.",
        "",
    ]


def _foot(left: Sequence[Deed], beyond: int) -> list[str]:
    lines = [f"  {clock(each.at)} {clean(each.title)[:200]} ({each.where}): {each.left_out}" for each in left]
    if beyond > 0:
        lines.append(f"  {beyond} steps beyond the first {MOST_STEPS}")
    return ["", "Left out:", *lines] if lines else []


def _metadata(
    incident: Incident, id: str, title: str, known: Known, taken: bool, last: Instant
) -> dict[str, Value]:
    said = without_secrets(clean(title or incident.title))[:200]
    card: dict[str, Value] = {
        "id": guessed(id, "it is there already; take another" if taken else ""),
        "title": said if title else guessed(said),
        "status": "draft",
    }
    if services := [each for each in incident.touched if each in known.services][:10]:
        card["services"] = guessed(services, "what was not OK then")
    card["docs"] = cut("\n".join(_docs(incident, last)), MOST_ABOUT)
    return card


def _docs(incident: Incident, last: Instant) -> Iterator[str]:
    """`last`: when the last thing was done; what was said afterwards is nobody's reason."""
    yield f"{incident.id}: {without_secrets(clean(incident.title))}"
    if incident.resolution:
        yield f"Resolved: {without_secrets(clean(incident.resolution))}"
    for note in incident.of("hypothesis"):
        if note.verdict:
            yield f"{note.verdict}: {without_secrets(clean(note.text))}"
    yield from (f"Afterwards: {_note(each)}" for each in _notes(incident) if each.at > last)


def _notes(incident: Incident) -> list[Told]:
    """What people said, by the time it is about; a pasted line was written down later."""
    said = [each for each in incident.story if each.kind in ("note", "hypothesis", "decision")]
    return sorted(said, key=lambda each: each.at)


def _steps(deeds: Iterable[Deed], notes: Sequence[Told], known: Known, names: _Parameters) -> Iterator[Value]:
    """Notes between two deeds are why the second was done."""
    told = 0
    for deed in deeds:
        why = []
        while told < len(notes) and notes[told].at <= deed.at:
            why.append(_note(notes[told]))
            told += 1
        yield _step(deed, why, known, names)


def _note(note: Told) -> str:
    return f"{clock(note.at)} {note.actor}: {without_secrets(clean(note.text))}"


def _step(deed: Deed, why: Sequence[str], known: Known, names: _Parameters) -> Value:
    above = [f"{clock(deed.at)}, {deed.where}."]
    title = _short_title(deed)
    step: dict[str, Value] = {"title": title if deed.is_declared else guessed(title)}
    if why:
        step["why"] = unfilled(cut("\n".join(why), MOST_WHY))
    if deed.target and deed.target in known.targets:
        step["target"] = deed.target
    elif deed.target:
        above.append(f"It acted on the target {deed.target!r}, which there is no more.")
    if deed.effect:
        step["effect"] = deed.effect
    if deed.had_secret:
        above.append(f"{REMOVED} stands where a secret was typed, so it is for people to do.")
    step |= _action(deed, known, names)
    return Noted(step, above=tuple(above), spread=True)


def _short_title(deed: Deed) -> str:
    title = " ".join(without_secrets(clean(deed.title)).split())
    return escaped(cut(title, 90)) or "Step"


def _action(deed: Deed, known: Known, names: _Parameters) -> Mapping[str, Value]:
    action = dict(deed.action or {})
    typed = "run" in action and not deed.is_declared
    if typed and deed.had_secret:
        return {
            "manual": {"instructions": "Do what was typed then", "command": guessed(_joined(action["run"]))}
        }
    if typed:
        argv = [escaped(str(each)) for each in _listed(action["run"])]
        return {"run": guessed(argv, "as it was typed")}
    flag = action.get("flag")
    if isinstance(flag, dict) and flag.get("provider", "") not in ("", *known.stores):
        said = f"Set the flag {flag.get('key')} to {flag.get('to')!r} in {flag.get('provider')}"
        return {"manual": {"instructions": escaped(cut(said, MOST_TOLD))}}
    return {name: _asked_again(value, deed, names) for name, value in action.items()}


def _joined(argv: Value) -> str:
    return escaped(shlex.join(str(each) for each in _listed(argv)))


def _listed(value: Value) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _asked_again(value: Value, deed: Deed, names: _Parameters, key: str = "") -> Value:
    """The same with parameters for captures: what was captured then is not known the next time."""
    match value:
        case str():
            return _text_again(value, deed, names, key)
        case dict():
            return {name: _asked_again(each, deed, names, name) for name, each in value.items()}
        case list():
            return [_asked_again(each, deed, names, key) for each in value]
    return value


def _text_again(text: str, deed: Deed, names: _Parameters, key: str) -> str:
    def put(match: re.Match[str]) -> str:
        return f"params.{names.of_capture(deed, match[1])}"

    if key == "success":
        text = _bare_capture.sub(put, text)
    text = _capture.sub(lambda match: f"${{{put(match)}}}", text)
    for name in _param.findall(text) if key == "success" or "${params." in text else ():
        if name in deed.parameters:
            names.of(deed, name)
    return text


def _parameter(declared: Parameter | None, told: str, was: str) -> Value:
    entry: dict[str, Value] = {}
    if declared is not None and declared.type == "secret":
        kind, _, place = declared.secret.partition(":")
        where = {kind: place} if kind in ("env", "file") and place else {}
        return {"type": "secret", **where, "prompt": escaped(told)}
    if declared is not None and declared.type != "string":
        entry["type"] = declared.type
    if declared is not None and declared.enum:
        entry["enum"] = list(declared.enum)
    said = f"{told}; it was {without_secrets(clean(was))[:60]}" if was else told
    return {**entry, "prompt": escaped(said)}
