"""`cockpit what-if`: read from the configuration alone; no server is asked, and nothing moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from cockpit.cli.output import say, say_json, width
from cockpit.cli.settings import Settings
from cockpit.errors import UsageError

if TYPE_CHECKING:
    from cockpit.core.levels import Level
    from cockpit.core.model import Model

MOST: Final = 8
"""Services at once: beyond that nobody reads the answer."""


def what_if(settings: Settings, services: Sequence[str], level: str, *, json: bool, mermaid: bool) -> int:
    """Raises UsageError for a service or a level that there is not."""
    from cockpit.cli.loading import load
    from cockpit.core.rehearsal.grades import graded
    from cockpit.core.whatif.answer import answer
    from cockpit.core.whatif.blast import graph_alone

    if json and mermaid:
        raise UsageError("--json and --mermaid are two answers", "give one of them")
    model = load(settings).model
    chosen = chosen_of(model, services, level)
    found = answer(graph_alone(model), chosen, graded(model, model.evidence))
    if json:
        from cockpit.views.whatif.document import document

        say_json(document(found, {}), indent=True)
    elif mermaid:
        from cockpit.views.whatif.mermaid import lines as graph

        say(graph(found), ascii=settings.ascii)
    else:
        from cockpit.views.whatif.sections import lines

        say(lines(found, {}, width()), ascii=settings.ascii)
    return 0


def chosen_of(model: Model, services: Sequence[str], level: str) -> dict[str, Level]:
    """Each at its own level, or at `level`, in the order given."""
    from cockpit.core.whatif.asking import parted

    names = {service.name for service in model.services}
    default = level_of(level)
    found: dict[str, Level] = {}
    for each in services:
        name, own = parted(each, names)
        if name not in names:
            raise _unknown(model, name)
        if name in found:
            raise UsageError(f"'{name}' is asked about twice", "name each service once")
        found[name] = level_of(own) if own or name != each else default
    if len(found) > MOST:
        raise UsageError(f"that are {len(found)} services", f"ask about at most {MOST} at once")
    return found


def level_of(word: str) -> Level:
    from cockpit.config.suggest import nearest
    from cockpit.core.whatif.asking import LEVELS, level_named

    if (level := level_named(word)) is not None:
        return level
    known = [each.name for each in LEVELS]
    if word.strip().upper() == "OK":
        raise UsageError("a service that is OK hurts nobody", f"give one of {', '.join(known)}")
    near = nearest(word, known)
    raise UsageError(f"there is no level '{word}'", f"did you mean {near}?" if near else _either(known))


def _either(known: Sequence[str]) -> str:
    return f"there are {', '.join(known)}"


def _unknown(model: Model, name: str) -> UsageError:
    from cockpit.config.suggest import nearest

    if any(each.name == name for each in model.capabilities):
        needed = next(each for each in model.capabilities if each.name == name).requires
        first = next((member for edge in needed for member in edge.members), "")
        hint = f"ask about what it needs: cockpit what-if {first}" if first else "ask about a service"
        return UsageError(f"'{name}' is a capability, and what-if asks about services", hint)
    near = nearest(name, (each.name for each in model.services))
    hint = f"did you mean '{near}'?" if near else "`cockpit status` lists them"
    return UsageError(f"there is no service '{name}'", hint)
