"""`cockpit print ID`: a runbook as Markdown, for paper and for the night when the cockpit is broken."""

from __future__ import annotations

from cockpit.cli.output import say
from cockpit.cli.settings import Settings
from cockpit.errors import UsageError
from cockpit.text import join_names


def print_runbook(settings: Settings, id: str) -> int:
    from cockpit.cli.loading import load
    from cockpit.cli.paper import on_paper

    model = load(settings).model
    book = model.books.get(id)
    if book is None:
        from cockpit.config.suggest import nearest

        near = nearest(id, model.books)
        hint = f"did you mean '{near}'?" if near else f"there are {join_names(sorted(model.books), 9)}"
        raise UsageError(f"there is no runbook '{id}'", hint)
    card = next(card for card in model.runbooks if card.id == id)
    say(line for block in on_paper(book, card) for line in block.split("\n"))
    return 0
