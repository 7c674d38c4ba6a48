"""What people do in a drill, from a file of its own: as strict as the answers in a scenario."""

from __future__ import annotations

from pathlib import Path

from cockpit.config import files, yaml
from cockpit.config.check import check
from cockpit.config.findings import in_order
from cockpit.config.marks import Document, Node, position
from cockpit.config.models.scenario import AnswersFile
from cockpit.config.scenario import deeds_of
from cockpit.config.scenario_deeds import unknown
from cockpit.config.scenario_lint import Known
from cockpit.core.model import Model
from cockpit.core.scenario import Deed
from cockpit.errors import ConfigError


def answers_from(path: Path, model: Model) -> tuple[Deed, ...]:
    """A list, or a mapping with `answers:`. Raises ConfigError with every complaint."""
    document, findings = yaml.read(path, files.shown(path))
    if document is None:
        raise ConfigError(findings)
    if isinstance(document.value, list):
        marks = Node(position(0, 0), {}, {"answers": document.marks})
        document = Document(document.file, {"answers": document.value}, marks)
    part, document, complaints = check(document, AnswersFile)
    findings = [*findings, *complaints]
    if part is not None:
        known = Known(document, model)
        for number, deed in enumerate(part.answers):
            findings += unknown(known, deed, ("answers", number))
    if part is None or any(each.severity == "error" for each in findings):
        raise ConfigError(in_order(findings))
    return deeds_of(part.answers)
