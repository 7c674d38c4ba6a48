"""A document against the shape of its kind: as much of it as is right, and everything that is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cockpit.config.findings import finding
from cockpit.config.marks import Document, Marks, Node
from cockpit.config.models.base import Part
from cockpit.config.prune import Path, concrete, without
from cockpit.config.words import in_words, unknown_key_meant
from cockpit.errors import Finding

P = TypeVar("P", bound=Part)
_ROUNDS: Final = 40  # each takes something out of every part that is wrong, and files are 24 deep


def check(document: Document, shape: type[P]) -> tuple[P | None, Document, list[Finding]]:
    """The document without its mistakes, as a part, and where that stands now; and every mistake.

    The part is None when nothing is left that could be looked at further.
    """
    findings: list[Finding] = []
    mutilated: set[int] = set()
    left: Document | None = document
    for _ in range(_ROUNDS):
        if left is None:
            break
        document = left
        try:
            return shape.model_validate(document.value), document, findings
        except ValidationError as raised:
            errors = raised.errors(include_url=False)
        # What is empty, or lacks a field, because of what is wrong in it has been complained about.
        errors = [each for each in errors if not _only_empty_of(each, errors)]
        misspelt = {(*each["loc"][:-1], unknown_key_meant(shape, each)) for each in errors}
        for each in errors:
            if each["loc"] not in misspelt and _about(document, each) not in mutilated:
                findings.append(_told(document, shape, each))
        mutilated |= {
            _around(document, each)
            for each in errors
            if each["type"] != "extra_forbidden" or unknown_key_meant(shape, each)
        }
        left = without(document, [_culprit(document, each) for each in errors])
    return None, document, findings


def _only_empty_of(error: ErrorDetails, errors: Iterable[ErrorDetails]) -> bool:
    """Whether a list is too short only because nothing in it is right."""
    here = error["loc"]
    return error["type"] == "too_short" and any(
        each["loc"][: len(here)] == here and each is not error for each in errors
    )


def _told(document: Document, shape: type[Part], error: ErrorDetails) -> Finding:
    code, message, hint = in_words(document.value, shape, error)
    names_key = error["type"] == "extra_forbidden" or error["loc"][-1:] == ("[key]",)
    return finding(code, document.at(_culprit(document, error), key=names_key), message, hint)


def _culprit(document: Document, error: ErrorDetails) -> Path:
    """What is wrong, as the file has it: a key, an entry, or a mapping that lacks something."""
    field = _field(error)
    return concrete(document.value, (*error["loc"], field) if field else error["loc"])


def _field(error: ErrorDetails) -> str:
    return str(cast("Mapping[str, object]", error.get("ctx", {})).get("field", ""))


def _around(document: Document, error: ErrorDetails) -> int:
    """Where the mapping or list begins from which the culprit will be taken."""
    return _position(document, _culprit(document, error)[:-1])


def _about(document: Document, error: ErrorDetails) -> int:
    """Where the mapping or list begins that is complained about."""
    path = _culprit(document, error)
    of_the_whole = error["type"] in ("missing", "too_short") or isinstance(error.get("input"), dict)
    return _position(document, path if of_the_whole and not _field(error) else path[:-1])


def _position(document: Document, path: Path) -> int:
    marks: Marks = document.marks
    for step in path:
        if isinstance(marks, Node) and step in marks.values:
            marks = marks.values[step]
    return marks.here if isinstance(marks, Node) else marks
