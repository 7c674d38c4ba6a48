"""JSON Schema and reference, both written from the models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.config import schema
from cockpit.config.durations import PATTERN
from cockpit.config.reference import reference
from cockpit.config.runbook_reference import runbook_reference
from cockpit.config.schemas import SHAPES
from cockpit.errors import UsageError

ROOT = Path(__file__).parents[2]


def fields(part: object) -> Iterator[dict[str, object]]:
    """Everything that is described, however deep."""
    if isinstance(part, dict):
        if isinstance(part.get("properties"), dict):
            yield from (each for each in part["properties"].values() if isinstance(each, dict))
        for inner in part.values():
            yield from fields(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from fields(inner)


@pytest.mark.parametrize("kind", SHAPES)
def test_every_kind_has_a_schema_that_refuses_unknown_keys(kind: str) -> None:
    found = schema(kind)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["properties"]["apiVersion"]["const"] == "cockpit/v1"
    assert found["properties"]["kind"]["const"] == kind
    assert found["additionalProperties"] is False


def test_names_and_durations_are_as_people_write_them() -> None:
    parts = schema("Cockpit")["$defs"]
    assert "dependsOn" in parts["Service"]["properties"]
    assert parts["SignalDefaults"]["properties"]["for"] == {
        "default": "30s",
        "description": "How long it must be bad before a level rises (default 30s).",
        "pattern": PATTERN,
        "type": "string",
    }
    assert re.match(PATTERN, "1h30m")


def test_a_key_left_empty_is_no_way_to_write_anything() -> None:
    for kind in SHAPES:
        for field in fields(schema(kind)):
            assert {"type": "null"} not in list(field.get("anyOf", []))  # type: ignore[call-overload]


@pytest.mark.parametrize("kind", ["Cockpit", "Runbook"])
def test_everything_in_a_file_is_described(kind: str) -> None:
    whole = schema(kind)
    assert [name for name, part in whole["$defs"].items() if not part.get("description")] == []
    parts = [whole, *whole["$defs"].values()]
    lacking = [
        name
        for part in parts
        for name, field in part["properties"].items()
        if not field.get("description") and "$ref" not in field
    ]
    assert lacking == []


def test_parameters_of_a_preset_may_stand_beside_use_and_only_there() -> None:
    step = schema("Runbook")["$defs"]["Step"]
    assert "additionalProperties" not in step
    assert step["if"] == {"not": {"required": ["use"]}}
    assert set(step["then"]["propertyNames"]["enum"]) == set(step["properties"])


def test_a_kind_that_is_none_is_told_what_there_is() -> None:
    with pytest.raises(UsageError, match=r"there is no kind 'Cokpit'. Did you mean Cockpit\?"):
        schema("Cokpit")


def test_the_reference_is_as_the_models_are() -> None:
    """`python -m cockpit.config.reference > docs/configuration.md`"""
    assert (ROOT / "docs/configuration.md").read_text() == reference()


def test_the_page_about_runbooks_is_as_the_models_are() -> None:
    """`python -m cockpit.config.runbook_reference > docs/runbooks.md`"""
    assert (ROOT / "docs/runbooks.md").read_text() == runbook_reference()


@pytest.mark.parametrize("page", [reference(), runbook_reference()], ids=["configuration", "runbooks"])
def test_every_link_of_the_reference_leads_somewhere(page: str) -> None:
    headings = {
        line.lstrip("# ").lower().replace(" ", "-") for line in page.splitlines() if line.startswith("#")
    }
    assert set(re.findall(r"\(#([^)]+)\)", page)) <= headings
