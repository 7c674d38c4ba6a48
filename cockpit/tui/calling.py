"""Who is on call is asked, and a team is paged: what screens with people on them share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.core.incident.model import open_ones
from cockpit.core.wanted import OncallWanted, PageWanted
from cockpit.views.asking import Said
from cockpit.views.calling import no_page, paging, teams_of

if TYPE_CHECKING:
    from cockpit.core.state import State
    from cockpit.tui.screens.view import View


def ask_oncall(view: View, names: tuple[str, ...]) -> None:
    """Of the teams that own `names`; where the configuration names no command it is said so."""
    state = view.cockpit.read()
    if state is None:
        return
    teams = [each for each in state.model.teams if each.name in teams_of(state, names)]
    asked = [each.name for each in teams if each.lookup]
    for name in asked:
        view.cockpit.dispatch(OncallWanted(name, view.cockpit.now()))
    if asked:
        view.tell(f"asking who is on call for {', '.join(asked)}")
    else:
        view.tell("no lookup command is configured (oncall.lookup of the team): what is known stands here")


def page(view: View, node: str) -> None:
    """The team that owns `node`, after one more question."""
    state = view.cockpit.read()
    if state is None:
        return
    name = next(iter(teams_of(state, (node,))), "")
    if why := no_page(state, name):
        view.tell(f"not paged: {view.cockpit.deny(f'page of {name}', why)}")
        return

    def answered(said: Said | None) -> None:
        if said is not None:
            wanted = PageWanted(name, said.text, view.cockpit.actor, view.cockpit.now(), _incident(state))
            view.cockpit.dispatch(wanted)
            view.tell(f"paging {name}")

    view.cockpit.ask_first(paging(state, name, node, view.cockpit.now()), answered)


def _incident(state: State) -> str:
    """The only open one; of several nobody can tell which it is for."""
    found = open_ones(state.record.incidents.values())
    return found[0].id if len(found) == 1 else ""
