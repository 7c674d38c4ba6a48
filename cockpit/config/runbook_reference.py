"""The page docs/runbooks.md, written from the models: `python -m cockpit.config.runbook_reference`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cockpit.config.codes import CODES, SEVERITY
from cockpit.config.models import PresetFile
from cockpit.config.reference import default_of, in_one_cell, kind_section
from cockpit.config.step_presets import shipped_step, shipped_step_names
from cockpit.core.runbook.conditions import NAMES

_OPENING: Final = """\
# Runbooks

Written from the program by `python -m cockpit.config.runbook_reference`; change the models, not this
page.

A runbook is code that runs with the rights of whoever runs it: review it like code. It lies in
`runbooks/`, one a file, and `cockpit lint` says what is wrong with it, where, and what to write
instead. `cockpit print ID` writes it as Markdown, for paper.

```yaml
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: restart-search, title: Restart search, services: [search], owner: storefront, target: prod-eu}
steps:
  - use: kubectl-rollout-restart
    deployment: search
    verify: {service: search, signal: errors, at_most: 0.01, within: 5m, streak: 3}
```

`use` names a step preset: action, effect, captures, reconcile, rollback and what it does in a drill.
Beside it stand the parameters of the preset, and any field of a step: it replaces what the preset has,
`env`, `capture`, `http` and `drill` are joined with it, and an action of one's own replaces the
preset's action.

## An action stands under its own name

`run`, `http`, `flag`, `silence`, `notify`, `manual`, `decide`, `probe`, `wait` and `runbook` are what a
step or its `rollback` does; `promql`, `run`, `flag` and `http` are what `probe`, `capture`,
`reconcile`, `verify`, `preview`, `preconditions` and `guard` ask. A command is a list of arguments, of
which each stays one whatever is put into it. A text with `shell: true` is possible, and then nothing
may be put into it: write `"$PARAM_name"` and `"$CAPTURE_name"`, which a shell finds in its environment.

## Values

`${params.name}`, `${captures.name}`, `${run.id}`, `${run.operator}` and `${incident.id}` become their
values; `$${` is the text `${` itself. A value that is missing is an error, and an argument that begins
with `-` only because of a value is refused. In a query values are escaped for where they stand: outside
quotes only plain words and numbers may. In a URL they are percent-encoded and stay one part of it; in the
host only names and numbers may stand, and what a URL begins with is taken as it is. A capture is text
without blanks around it; `float(...)` makes a number of it.

## Conditions

`value <= 0.01 and exit_code == 0`: numbers, texts, comparison, arithmetic, `and`, `or`, `not`,
`float(text)`, `contains(text, part)`, and the names """

_CONDITIONS: Final = """\
. `params`, `captures` and `answers` hold others: `captures.generation`, `answers["which-minutes"]`. A
condition that names anything unknown, empty or NaN is *unknown* before it is looked at any further; so
is one that compares text with a number. Unknown never counts as true, nor as false.

## Drafts

`status: draft` turns R02, R04, R10, R12 and R15 into warnings; every command of a draft asks for a key.
"""

_PRESETS: Final = """\
## Step presets

Shipped ones; a file in `presets/` with `kind: Preset` and `step:` is one of one's own, and one that is
named like a shipped one replaces it.
"""


def runbook_reference() -> str:
    """The whole page, in Markdown."""
    names = ", ".join(f"`{name}`" for name in NAMES)
    opening = _OPENING.rstrip() + f"\n{names}" + _CONDITIONS
    parts = [opening, *kind_section("Runbook"), _PRESETS, *_presets(), *_codes()]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _presets() -> Iterator[str]:
    for name in shipped_step_names():
        if preset := shipped_step(name):
            yield _preset(preset)


def _preset(preset: PresetFile) -> str:
    rows = [
        f"| `{name}` | {each.type} | {in_one_cell(each.docs)} ({default_of(each)}) |"
        for name, each in preset.parameters.items()
    ]
    title = f"{preset.metadata.title}. {preset.metadata.docs}".strip()
    lines = [f"### {preset.metadata.name}", "", title, "", "| parameter | value | meaning |", "|---|---|---|"]
    return "\n".join([*lines, *rows])


def _codes() -> Iterator[str]:
    rows = [f"| {code} | {SEVERITY[code]} | {what} |" for code, what in CODES.items() if code.startswith("R")]
    yield "## Lint codes\n\n| code | severity | complaint |\n|---|---|---|\n" + "\n".join(rows)


if __name__ == "__main__":
    print(runbook_reference(), end="")
