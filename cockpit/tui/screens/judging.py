"""The part of a run's screen for a second person: what is asked of others, answered in a dialog."""

from __future__ import annotations

from cockpit.core.wanted import ApprovalWanted
from cockpit.tui.screens.view import View
from cockpit.tui.widgets.section import SectionLines
from cockpit.views import judging
from cockpit.views.asking import Said
from cockpit.views.run import RunView


class Judging(View):
    _waiting = ""
    """Digest of what whoever sits here may answer."""

    def note_request(self, view: RunView | None, every: SectionLines) -> None:
        """A new request: the cursor goes to where it is answered, and Enter there only opens the question."""
        waiting = view.request.digest if view and view.request and view.answers else ""
        if waiting != self._waiting:
            self._waiting = waiting
            if waiting:
                every.choose(f"What now/judge/{judging.APPROVE}")

    def judge(self, view: RunView, choice: str) -> None:
        request = view.request
        if request is None:
            self.tell("nothing is asked any more")
            return

        def said(said: Said | None) -> None:
            if said is None:
                return
            no = said.name == judging.REFUSE
            now = self.cockpit.now()
            self.cockpit.dispatch(
                ApprovalWanted(request.run.id, request.step.id, no, said.text, now, request.digest)
            )
            self.tell("putting it on record …")

        self.cockpit.ask_first(judging.asking(request, choice == judging.REFUSE), said)
