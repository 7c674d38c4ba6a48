"""What libyaml complains about, said so that it can be mended."""

from __future__ import annotations

from typing import Final

import yaml
from yaml.reader import ReaderError

from cockpit.errors import Finding, Place

_UNCLOSED: Final = "found unexpected end of stream"

_HINTS: Final = {
    "mapping values are not allowed in this context": "quote text that holds ': ', or mend the indentation",
    "could not find expected ':'": "a key needs ': ' after it; text over several lines needs quotes or |",
    "did not find expected key": "the indentation differs from the lines above, or a quote ends too early",
    "did not find expected '-' indicator": "the indentation differs from the list above",
    "did not find expected ',' or ']'": "a comma or the closing ] is missing",
    "did not find expected ',' or '}'": "a comma or the closing } is missing",
    "found unknown escape character": "use single quotes, where a backslash is just a backslash",
    _UNCLOSED: "the quote that opens here is never closed",
}


def explain(error: yaml.YAMLError, data: bytes, file: str) -> Finding:
    """`error` as one line with its place; `data` is the UTF-8 that was parsed."""
    if isinstance(error, ReaderError):
        at = place_of_byte(data, error.position, file)
        code = error.character if isinstance(error.character, int) else ord(error.character[:1])
        return Finding("C20", at, f"a control character, U+{code:04X}, in the file", "delete it")
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem is None:
        return Finding("C20", Place(file), "is not YAML")
    # A quote that nobody closes is noticed at the end of the file, where nobody needs to look.
    mark = error.context_mark if error.problem == _UNCLOSED else error.problem_mark
    at = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
    return Finding(
        "C20", at, f"is not YAML: {_words(error)}", _HINTS.get(error.problem) or _hint_at(data, at)
    )


def place_of_byte(data: bytes, offset: int, file: str) -> Place:
    """Line and column of a byte; the column counts characters, as editors do."""
    start = data.rfind(b"\n", 0, offset) + 1
    return Place(
        file, data.count(b"\n", 0, offset) + 1, len(data[start:offset].decode("utf-8", "replace")) + 1
    )


def _words(error: yaml.MarkedYAMLError) -> str:
    """What is wrong and, when that began on an earlier line, within what."""
    began, met = error.context_mark, error.problem_mark
    if began is None or met is None or began.line == met.line or error.problem == _UNCLOSED:
        return str(error.problem)
    return f"{error.problem} {error.context} that starts on line {began.line + 1}"


def _hint_at(data: bytes, at: Place) -> str:
    """A hint from the character that libyaml stumbled over; the error names none."""
    line = data.split(b"\n", at.line)[at.line - 1 : at.line] if at.line else []
    match b"".join(line).decode("utf-8", "replace")[at.column - 1 : at.column]:
        case "\t":
            return "indent with spaces, not tabs"
        case "@" | "`" | "%" as reserved:
            return f"put quotes around text that begins with {reserved}"
        case _:
            return ""
