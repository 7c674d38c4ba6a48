"""Textual's own DataTable, to be held against: `python -m tests.bench.plain [ROWS [SHARE]]`.

That share of its rows gets another value every second, each by `update_cell`.
"""

from __future__ import annotations

import sys

from textual.app import App, ComposeResult
from textual.widgets import DataTable

from tests.bench.stalls import stalls

ROWS, SHARE = int((*sys.argv, "0")[1]), float((*sys.argv, "0", "0")[2])
COLUMNS = ("service", "level", "signal", "since", "owner", "tier")


class Plain(App[None]):
    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        self.turn = 0
        table = self.query_one(DataTable)
        for name in COLUMNS:
            table.add_column(name, key=name)
        for at in range(ROWS):
            table.add_row(f"s{at}", "OK", "errors 0.01", "3m", f"team-{at % 40}", "2", key=f"s{at}")
        if SHARE:
            self.set_interval(1.0, self.change)
        self.stalls = stalls()
        if self.stalls:
            self.stalls.watch()

    def change(self) -> None:
        self.turn += 1
        table = self.query_one(DataTable)
        for at in range(self.turn % 10, ROWS, max(1, round(1 / SHARE))):
            table.update_cell(f"s{at}", "level", ("OK", "FAILING")[self.turn % 2])


if __name__ == "__main__":
    Plain().run()
