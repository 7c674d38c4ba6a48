"""The one table of keys: footer, `?` and palette all read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Binding:
    keys: tuple[str, ...]
    """As the terminal library names them; the first is shown."""
    action: str
    """Name of the action method without `action_`."""
    words: str
    """For footer and palette: two or three words."""
    help: str
    """For `?`: one sentence."""
    screens: frozenset[str] = frozenset()
    """`bridge`, `services`, `service`, `alerts`; empty: everywhere."""
    footer: bool = False
    label: str = ""
    """How the key is written on screen, when not as `keys[0]`."""
    palette: bool = True
    writes: bool = False
    """Puts a decision on record; refused in read-only mode."""

    @property
    def shown(self) -> str:
        return self.label or self.keys[0]


def _on(*screens: str) -> frozenset[str]:
    return frozenset(screens)


LISTS: Final = _on(
    "bridge",
    "services",
    "service",
    "alerts",
    "runbooks",
    "plan",
    "run",
    "switches",
    "incident",
    "impact",
    "what-if",
    "readiness",
)
NODES: Final = _on("bridge", "services", "service", "alerts")
CLUSTERED: Final = _on("bridge", "services", "alerts")
RUN: Final = _on("run")
SWITCHES: Final = _on("switches")
INCIDENT: Final = _on("incident")
UPDATE: Final = _on("update")
HANDOVER: Final = _on("handover")
WHAT_IF: Final = _on("what-if")

BINDINGS: Final[tuple[Binding, ...]] = (
    Binding(("enter",), "open", "open", "Open what the cursor is on.", LISTS - RUN, True, palette=False),
    Binding(
        ("c",),
        "cluster",
        "cluster",
        "Show one cluster alone, the next, or all; what that hides is said.",
        CLUSTERED,
        True,
    ),
    Binding(("enter",), "open", "next", "Answer what is asked; take up a run.", RUN, True, palette=False),
    Binding(("R",), "start", "start", "Start this runbook; it is asked for once more.", _on("plan"), True),
    Binding(("p",), "look_again", "look again", "Look anew at what has to be so.", _on("plan"), True),
    Binding(("u",), "undo_this", "undo this", "Take back the change that came last.", RUN, True),
    Binding(("U",), "undo_all", "undo all", "Take back everything that stands.", RUN, True),
    Binding(("x",), "interrupt", "interrupt", "Interrupt the command that is running.", RUN, True),
    Binding(("W",), "wrong", "wrong one", "The wrong runbook: undo it, leave it, or go on.", RUN, True),
    Binding(("o",), "output", "output", "All of the output, or the steps again.", RUN, True),
    Binding(("ctrl+c",), "stop", "stop", "Start nothing further, and ask how to go on.", RUN),
    Binding(
        ("x",), "kill", "kill", "Kill this switch; it is asked for once more.", SWITCHES, True, writes=True
    ),
    Binding(
        ("u",),
        "put_back",
        "put back",
        "Put this switch back exactly as it was; it is asked for once more.",
        SWITCHES,
        True,
        writes=True,
    ),
    Binding(
        ("p",),
        "find_out",
        "look again",
        "Ask the stores now, and look for changes whose answer was lost.",
        SWITCHES,
        True,
    ),
    Binding(
        ("m",),
        "silence",
        "silence",
        "Keep this alert quiet for a while; what it hides is shown first.",
        _on("alerts"),
        True,
        writes=True,
    ),
    Binding(
        ("E",),
        "end_silence",
        "end silence",
        "End the silence under the cursor, or of the alert; it is asked again.",
        _on("alerts"),
        True,
        writes=True,
    ),
    Binding(
        ("D",), "declare", "declare", "Declare an incident; it is asked for once more.", INCIDENT, writes=True
    ),
    Binding(
        ("n",),
        "note",
        "note",
        "Write something down; a pasted chat keeps its times.",
        INCIDENT,
        True,
        writes=True,
    ),
    Binding(
        ("h",), "hypothesis", "hypothesis", "Write down what you think the cause is.", INCIDENT, writes=True
    ),
    Binding(("d",), "decision", "decision", "Write down what was decided.", INCIDENT, writes=True),
    Binding(("u",), "update", "update", "Tell others how it stands.", INCIDENT, True),
    Binding(("S",), "severity", "severity", "Say how bad it is, and why.", INCIDENT, writes=True),
    Binding(("O",), "roles", "roles", "Say who does what.", INCIDENT, True, writes=True),
    Binding(("J",), "join", "join", "Say that you are in.", INCIDENT, writes=True),
    Binding(("H",), "handover", "hand over", "Hand it over, or take it over.", INCIDENT, True),
    Binding(
        ("X",),
        "resolve",
        "over",
        "Call it over, or open it again; what stands in the way is shown first.",
        INCIDENT,
        True,
        writes=True,
    ),
    Binding(("e",), "export", "export", "Write the post-mortem: Markdown, HTML and JSON.", INCIDENT, True),
    Binding(("t",), "narrow", "timeline", "Which lines of the timeline are shown.", INCIDENT, True),
    Binding(
        ("w",), "audience", "for whom", "The next audience: inside, customers, leadership.", UPDATE, True
    ),
    Binding(("s",), "status", "status", "The next status, from investigating to resolved.", UPDATE, True),
    Binding(("t",), "channel", "where to", "The next channel, or copy only.", UPDATE, True),
    Binding(("e",), "write", "write", "Write in the text; esc is done with it.", UPDATE, True),
    Binding(("l",), "short", "one line", "In one line, or in full again.", UPDATE),
    Binding(("n",), "draft_anew", "draft anew", "Draft it anew from what is known now.", UPDATE),
    Binding(("S",), "send", "send", "Send it; it is asked for once more.", UPDATE, True, writes=True),
    Binding(
        ("o",),
        "offer",
        "offer",
        "Offer it to somebody; it counts once they take it over.",
        HANDOVER,
        True,
        writes=True,
    ),
    Binding(
        ("T",),
        "accept",
        "take over",
        "Take over what is offered; its id has to be typed.",
        HANDOVER,
        True,
        writes=True,
    ),
    Binding(("l",), "worse", "level", "The next level of the first: FAILING after DOWN.", WHAT_IF, True),
    Binding(("e",), "second", "and another", "Ask about another one beside it, by its name.", WHAT_IF, True),
    Binding(("L",), "second_worse", "its level", "The next level of the last that was added.", WHAT_IF),
    Binding(("x",), "alone", "alone", "Ask about the first alone again.", WHAT_IF),
    Binding(
        ("escape", "backspace"),
        "back",
        "back",
        "Back to where you came from.",
        (LISTS | UPDATE | HANDOVER) - _on("bridge"),
        footer=True,
        label="esc",
        palette=False,
    ),
    Binding(("1",), "show('bridge')", "bridge", "The Bridge: what is wrong and what to do.", footer=True),
    Binding(("2",), "show('services')", "services", "All services, as a list or a tree.", footer=True),
    Binding(
        ("r",),
        "runbooks",
        "runbooks",
        "Runbooks for what the cursor is on; nothing starts by itself.",
        NODES,
        footer=True,
    ),
    Binding(
        ("r",),
        "everything",
        "all runbooks",
        "All runbooks, not only those of one service.",
        _on("runbooks"),
        True,
    ),
    Binding(
        ("s",),
        "switches",
        "switches",
        "Kill switches, those of what the cursor is on first; none moves yet.",
        LISTS - SWITCHES,
        footer=True,
    ),
    Binding(
        ("w",),
        "what_if",
        "what if",
        "What would happen next if what the cursor is on were down.",
        LISTS | HANDOVER,
    ),
    Binding(("3",), "show('runbooks')", "runbooks", "Runs that need somebody, and all runbooks."),
    Binding(("4",), "show('switches')", "switches", "All kill switches, and how they stand."),
    Binding(("i", "5"), "incident", "incident", "The incident that is open, or declare one.", footer=True),
    Binding(
        ("6",),
        "show('readiness')",
        "readiness",
        "How ready all is: seven questions, what to fix, what is rehearsed.",
    ),
    Binding(
        ("b",),
        "show('impact')",
        "business",
        "What each part of the business can still do, and what it costs.",
    ),
    Binding(
        ("slash",),
        "filter",
        "filter",
        "Show only lines that hold these words; ! first turns it around.",
        _on("services", "alerts", "switches", "incident"),
        footer=True,
        label="/",
    ),
    Binding(
        ("exclamation_mark",),
        "only_wrong",
        "only wrong",
        "Show only what is not OK, or everything again.",
        _on("services"),
        footer=True,
        label="!",
    ),
    Binding(
        ("t",), "group", "group", "Group by system, by owner, or not at all.", _on("services"), footer=True
    ),
    Binding(("a",), "alerts", "alerts", "Alerts that are firing, and whom they concern.", footer=True),
    Binding(("colon",), "jump", "jump", "Go to a place by name: :svc checkout", footer=True, label=":"),
    Binding(("minus",), "last_view", "last view", "The screen you were on before this one.", label="-"),
    Binding(("ctrl+p",), "command_palette", "palette", "Everything you can do, by name.", palette=False),
    Binding(
        ("A",),
        "acknowledge",
        "I have it",
        "Tell the others that you have this one; it changes no level.",
        NODES,
        writes=True,
    ),
    Binding(
        ("O",),
        "ask_oncall",
        "who is on call",
        "Run the owner's lookup command, where trusted, and show what it says.",
        _on("service"),
    ),
    Binding(
        ("P",),
        "page_owner",
        "page owner",
        "Page the team that owns it, by its webhook; it is asked for once more.",
        _on("service"),
        writes=True,
    ),
    Binding(("y",), "copy", "copy", "Copy the line under the cursor."),
    Binding(("question_mark",), "help", "help", "The keys that work here.", footer=True, label="?"),
    Binding(("j", "down"), "cursor_down", "down", "One line down.", LISTS, label="j ↓", palette=False),
    Binding(("k", "up"), "cursor_up", "up", "One line up.", LISTS, label="k ↑", palette=False),
    Binding(
        ("g", "home"), "cursor_first", "first line", "To the first line.", LISTS, label="g", palette=False
    ),
    Binding(("G", "end"), "cursor_last", "last line", "To the last line.", LISTS, label="G", palette=False),
    Binding(("q",), "quit", "quit", "Leave the cockpit; nothing else changes.", footer=True),
)


def on(screen: str, bindings: Iterable[Binding] = BINDINGS) -> tuple[Binding, ...]:
    """What works on a screen, in table order."""
    return tuple(each for each in bindings if not each.screens or screen in each.screens)


def footer(screen: str, width: int, *, clusters: bool = False) -> tuple[Binding, ...]:
    """What fits the footer, whole entries only (" r runbooks "); `?` and `q` always do.

    `clusters`: there are several, so that one can be chosen.
    """
    unused = {f"show('{screen}')"}  # where one is already
    unused |= set() if clusters else {"cluster"}
    wanted = [each for each in on(screen) if each.footer and each.action not in unused]
    while len(wanted) > 1 and sum(_room(each) for each in wanted) > width:
        droppable = [each for each in wanted if each.action not in {"help", "quit"}]
        wanted.remove((droppable or wanted)[-1])
    return tuple(wanted)


def _room(binding: Binding) -> int:
    return len(binding.shown) + len(binding.words) + 3
