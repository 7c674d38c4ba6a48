"""An incident: what is due, how it stands, what people think, and what happened; said with a key each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.widget import Widget

from cockpit.core.events import IncidentActed
from cockpit.core.incident import words
from cockpit.core.incident.fold import VERDICTS
from cockpit.core.incident.model import Incident as Declared
from cockpit.core.incident.model import Told
from cockpit.core.incident.noticing import declaration
from cockpit.core.incident.paste import parsed
from cockpit.core.journal import Fact
from cockpit.core.levels import Instant, Severity
from cockpit.core.state import State
from cockpit.tui.keys import screen_keys
from cockpit.tui.screens.filtering import Filtering
from cockpit.tui.screens.view import fitted
from cockpit.tui.widgets.block import Block
from cockpit.tui.widgets.lines import Lines
from cockpit.tui.widgets.rule import Rule
from cockpit.tui.widgets.section import SectionLines, Timeline
from cockpit.views import incident_asking as asking
from cockpit.views.asking import Asking, Said
from cockpit.views.incident import FILTERS, current, incident_view, none_open, story

OWN = (
    "declare",
    "note",
    "hypothesis",
    "decision",
    "severity",
    "roles",
    "join",
    "resolve",
    "narrow",
    "filter",
    "back",
    "update",
    "handover",
    "export",
)


class Incident(Filtering):
    PLACE: ClassVar[str] = "incident"
    BINDINGS: ClassVar[list[BindingType]] = screen_keys("incident", *OWN)

    def __init__(self, id: str = "") -> None:
        """Without an id the worst that is open."""
        super().__init__(id)
        self.filter = ""
        self._shown: tuple[tuple[Told, ...], str, str] | None = None
        self._narrowed = "everything"

    def body(self) -> Iterable[Widget]:
        self.lines = SectionLines(titled=True, id="all")
        self.story = Timeline(id="story")
        yield Block(id="headline")
        yield self.lines
        yield Rule("story", id="story-title")
        yield self.story

    def on_mount(self) -> None:
        self.lines.focus()

    # Drawing

    @property
    def incident(self) -> Declared | None:
        state = self.cockpit.read()
        return current(state, self.subject) if state else None

    @property
    def node(self) -> str:
        placed = self.list.chosen if self.list else None
        row = placed.row if placed else None
        return row.key if row and row.opens == "node" else ""

    def draw(self, state: State, now: Instant) -> None:
        incident = current(state, self.subject)
        self.set_class(incident is None, "none")
        if incident is None:
            view = none_open(state, now)
            self.query_one("#headline", Block).show(lambda width: fitted(view.headline, width))
            self.lines.show_sections(*view.sections)
            return
        self.subject = incident.id
        view = incident_view(state, incident, now)
        self.query_one("#headline", Block).show(lambda width: fitted(view.headline, width))
        self.lines.show_sections(*view.sections)
        self._draw_story(state, incident)

    def _draw_story(self, state: State, incident: Declared) -> None:
        """Only when there is more to tell than was told: it may have thousands of lines."""
        wanted = incident.story, self._narrowed, self.filter
        if self._shown is None or wanted[0] is not self._shown[0] or wanted[1:] != self._shown[1:]:
            self._shown = wanted
            section = story(state, incident, self._narrowed, self.filter)
            self.query_one("#story-title", Rule).show(section.title)
            self.story.show_sections(section)
        else:
            self.story.freshen()

    @on(Lines.Left)
    def to_next_part(self, event: Lines.Left) -> None:
        if event.lines is self.lines and event.direction > 0:
            self.story.enter_from(-1)
        elif event.lines is self.story and event.direction < 0:
            self.lines.enter_from(1)

    @on(Lines.Opened)
    def open_row(self, event: Lines.Opened) -> None:
        row = event.row.row
        match row.opens if row else "":
            case "hypothesis":
                self._judge(int(row.key.partition("-")[2]))
            case "debt":
                self._clean_up(row.key)
            case "role":
                self.action_roles()
            case "incident":
                self.subject, self._shown = row.key, None
                self.cockpit.draw()
            case "todo":
                self.tell(self.line_under_cursor())
            case _:
                self.cockpit.open_row(row)

    # Said

    def _say(self, *facts: Fact) -> None:
        for fact in facts:
            self.cockpit.dispatch(IncidentActed(fact))

    def _with(self, act: Callable[[State, Declared], None]) -> None:
        state = self.cockpit.read()
        incident = self.incident
        if state is not None and incident is not None:
            act(state, incident)
        else:
            self.tell("no incident is open: D declares one")

    def _ask(self, question: Asking, then: Callable[[Said], None]) -> None:
        self.cockpit.ask_first(question, lambda said: then(said) if said else None)

    def action_declare(self) -> None:
        state = self.cockpit.read()
        if state is None:
            return

        def declared(said: Said) -> None:
            now_state = self.cockpit.read()
            if now_state is not None:
                title, at = said.text.strip(), self.cockpit.now()
                fact = declaration(now_state, title, Severity(said.name), self.cockpit.actor, at)
                self.subject = fact.incident
                self._say(fact)

        self._ask(asking.declaring(state, self.cockpit.now()), declared)

    def action_join(self) -> None:
        self._with(lambda _, one: self._say(words.joined(one.id, self.cockpit.actor, self.cockpit.now())))

    def action_note(self) -> None:
        def taken(one: Declared, text: str) -> None:
            now, who = self.cockpit.now(), self.cockpit.actor
            self._say(
                *(
                    words.noted(one.id, "note", each.text, who, now, told_at=each.at, said_by=each.who)
                    for each in parsed(text, now)
                )
            )

        self._write("A note", "A pasted chat keeps the times and names that stand in it.", taken)

    def action_hypothesis(self) -> None:
        self._write("What do you think the cause is?", "", self._noted("hypothesis"))

    def action_decision(self) -> None:
        self._write("What was decided?", "", self._noted("decision"))

    def _noted(self, kind: str) -> Callable[[Declared, str], None]:
        def taken(one: Declared, text: str) -> None:
            self._say(words.noted(one.id, kind, text, self.cockpit.actor, self.cockpit.now()))

        return taken

    def _write(self, title: str, told: str, then: Callable[[Declared, str], None]) -> None:
        from cockpit.tui.screens.write import Write  # a text area takes its time to import

        def opened(_: State, one: Declared) -> None:
            self.app.push_screen(
                Write(f"{one.id}: {title}", told), lambda text: then(one, text) if text else None
            )

        self._with(opened)

    def action_severity(self) -> None:
        def ask(state: State, one: Declared) -> None:
            self._ask(
                asking.severities(state, one),
                lambda said: self._say(
                    words.severity(
                        one.id,
                        Severity(said.name),
                        one.severity,
                        said.text.strip(),
                        self.cockpit.actor,
                        self.cockpit.now(),
                    )
                ),
            )

        self._with(ask)

    def action_roles(self) -> None:
        def ask(state: State, one: Declared) -> None:
            actor = self.cockpit.actor
            self._ask(
                asking.roles(state, one, actor),
                lambda said: self._say(
                    words.role(one.id, said.name, said.text.strip(), actor, self.cockpit.now())
                ),
            )

        self._with(ask)

    def _judge(self, number: int) -> None:
        def ask(_: State, one: Declared) -> None:
            note = next((each for each in one.of("hypothesis") if each.number == number), None)
            if note is None:
                return

            def judged(said: Said) -> None:
                verdict = next(each for each in VERDICTS if each == said.name)
                who, now = self.cockpit.actor, self.cockpit.now()
                self._say(words.judged(one.id, number, verdict, said.text.strip(), who, now))

            self._ask(asking.judging(note), judged)

        self._with(ask)

    def _clean_up(self, key: str) -> None:
        state = self.cockpit.read()
        debt = next((each for each in state.record.obligations if each.key == key), None) if state else None
        if debt is None:
            return

        def done(said: Said) -> None:
            who, now, how = self.cockpit.actor, self.cockpit.now(), said.text.strip()
            self._say(words.debt_closed(debt.title, debt.run, how, who, now, debt.incident))

        self._ask(asking.cleaning_up(debt), done)

    def action_resolve(self) -> None:
        """Over, or not over after all."""

        def ask(state: State, one: Declared) -> None:
            who, now = self.cockpit.actor, self.cockpit.now
            if not one.is_open:
                self._ask(
                    asking.reopening(one),
                    lambda said: self._say(words.reopened(one.id, said.text.strip(), who, now())),
                )
                return
            self._ask(asking.resolving(state, one), lambda said: self._resolved(one, said))

        self._with(ask)

    def _resolved(self, one: Declared, said: Said) -> None:
        """With what stands in the way now: more may have come while somebody typed."""
        from cockpit.core.incident.closing import obstacles

        state = self.cockpit.read()
        left = [each.text for each in obstacles(state, one)] if state else []
        if left and said.name == "resolve":
            self.tell(f"not resolved, something has come up: {left[0]}")
            return
        fact = words.resolved(one.id, said.text.strip(), left, self.cockpit.actor, self.cockpit.now())
        self._say(fact)

    # Elsewhere

    def action_update(self) -> None:
        self._with(lambda _, one: self.cockpit.open_composer(one.id))

    def action_handover(self) -> None:
        self._with(lambda _, one: self.cockpit.open_handover(one.id))

    def action_export(self) -> None:
        self._with(lambda _, one: self.cockpit.export(one.id))

    # The timeline

    def action_narrow(self) -> None:
        """The next of the filters."""
        names = list(FILTERS)
        self._narrowed = names[(names.index(self._narrowed) + 1) % len(names)]
        self.tell(f"timeline: {self._narrowed}")
        self.cockpit.draw()
