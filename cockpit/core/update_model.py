"""The configuration changed under a running cockpit: take it over, or keep the old one and say why."""

from __future__ import annotations

from dataclasses import replace

from cockpit.core import access, health
from cockpit.core.actions import Action, AskAnew
from cockpit.core.events import ModelRejected, ModelReloaded
from cockpit.core.poll import Stage
from cockpit.core.state import Entry, Picture, State
from cockpit.core.team import Role
from cockpit.core.update_sources import relisted
from cockpit.core.update_timeline import told
from cockpit.text import plural


def reloaded(state: State, event: ModelReloaded) -> tuple[State, tuple[Action, ...]]:
    """What both models know keeps its past. The poll under way asks the old questions, so it is void.

    What is read-only by now stays so: a file that was changed may forbid writing, and not allow it.
    """
    carried = health.carry_over(state.health, event.model)
    picture = replace(
        state.picture,
        health=carried,
        slots=carried.graph.slots,
        stage=Stage(),
        sources=relisted(state, event.model),
        troubles={},
        complaints=(),
        switches={},
        answered={},
    )
    picture = told(picture, Entry(event.at, "config", "", "configuration reloaded"))
    generation = state.generation + 1
    state = replace(state, model=event.model, picture=picture, generation=generation)
    return limited(state), (AskAnew(event.model, generation),)


def limited(state: State, database: Role = Role.APPROVER) -> State:
    """By all that is known by now of who may do what, and never with more rights than before."""
    me, declared = state.me, state.model.access
    if me.name:
        me = access.stricter(me, access.person(declared, me.name, database))
    if declared.readonly or state.is_locked:
        return replace(state, me=access.locked(me), readonly=True)
    return replace(state, me=me, readonly=state.readonly or bool(me.only_looks))


def rejected(picture: Picture, event: ModelRejected) -> Picture:
    if picture.complaints == event.complaints:
        return picture
    count = plural(len(event.complaints), "complaint")
    entry = Entry(event.at, "config", "", f"new configuration not taken over: {count}")
    return told(replace(picture, complaints=event.complaints), entry)
