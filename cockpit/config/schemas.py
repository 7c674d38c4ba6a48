"""JSON Schema of each kind of file, for editors that complete and check while one types."""

from __future__ import annotations

from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from cockpit.config import durations
from cockpit.config.models import CockpitFile, PresetFile, RunbookFile
from cockpit.config.models.base import Part
from cockpit.config.models.scenario import ScenarioFile
from cockpit.config.suggest import nearest
from cockpit.errors import UsageError

SHAPES: Final[dict[str, type[Part]]] = {
    "Cockpit": CockpitFile,
    "Preset": PresetFile,
    "Scenario": ScenarioFile,
    "Runbook": RunbookFile,
}


def schema(kind: str) -> dict[str, Any]:
    """Draft 2020-12. Raises UsageError for a kind that is not."""
    if kind not in SHAPES:
        near = nearest(kind, SHAPES)
        hint = f"did you mean {near}?" if near else f"write one of {', '.join(SHAPES)}"
        raise UsageError(f"there is no kind '{kind}'", hint)
    written = SHAPES[kind].model_json_schema(schema_generator=_AsWritten)
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, **written, "title": f"{kind}, cockpit/v1"}


class _AsWritten(GenerateJsonSchema):
    """As people write it: durations are text, a key left empty is an error, and field names need no title."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        inner, default = self.generate_inner(schema["schema"]), schema.get("default")
        if default is None or default in ("", (), {}) or isinstance(default, Part):
            return inner
        if inner.get("pattern") == durations.PATTERN:
            default = durations.duration(default)
        return inner | {"default": list(default) if isinstance(default, tuple) else default}

    def field_title_should_be_set(self, schema: object) -> bool:
        return False
