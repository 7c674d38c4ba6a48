"""Whatever a file holds, lint answers with findings, and each of them has a place in a file that was read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.config import lint, load
from cockpit.config.schemas import SHAPES
from cockpit.config.shapes import keys_of, shape_at
from cockpit.errors import ConfigError
from tests.config.files import SHOP


def every_key() -> list[str]:
    """Of all parts of all kinds."""
    keys: set[str] = set()
    todo = list(SHAPES.values())
    seen = set(todo)
    while todo:
        part = todo.pop()
        for key in keys_of(part):
            keys.add(key)
            inner = shape_at(part, [key])
            if inner is not None and inner not in seen:
                seen.add(inner)
                todo.append(inner)
    return sorted(keys)


WORDS = [
    "api",
    "otel-http",
    "up",
    "hard",
    "errors",
    "integrity",
    "DEGRADED",
    "5m",
    "1",
    "rate(x[5m])",
    "default",
]
plain = st.one_of(
    st.sampled_from(WORDS),
    st.text(max_size=8),
    st.integers(),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False),
)
keys = st.one_of(st.sampled_from(every_key()), st.text(max_size=5))
anything = st.recursive(
    plain,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=6)),
    max_leaves=25,
)
documents = st.tuples(st.sampled_from(list(SHAPES)), st.dictionaries(keys, anything, max_size=8))
services = st.fixed_dictionaries(
    {"name": st.sampled_from(["a", "b", "c"])},
    optional={
        "signals": st.lists(
            st.one_of(
                st.dictionaries(
                    st.sampled_from(["use", "prefix", "only", "for", "errors", "down", "window"]), anything
                ),
                st.fixed_dictionaries({"use": st.sampled_from(["otel-http", "up"]), "latency": anything}),
                st.fixed_dictionaries({"name": plain, "kind": plain, "expr": plain, "above": anything}),
            ),
            max_size=3,
        ),
        "dependsOn": st.lists(
            st.fixed_dictionaries(
                {"to": st.sampled_from(["a", "b", "d"])}, optional={"fallback": plain, "need": plain}
            ),
            max_size=3,
        ),
        "degradations": anything,
        "tier": plain,
    },
)


@given(st.binary(max_size=300))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "c.yaml").write_bytes(data)
    assert lint([folder], environ={}) != []


@given(documents)
def test_any_keys_and_values(
    tmp_path_factory: pytest.TempPathFactory, document: tuple[str, dict[str, object]]
) -> None:
    kind, content = document
    file = tmp_path_factory.mktemp("any") / "c.yaml"
    file.write_text(json.dumps({"apiVersion": "cockpit/v1", "kind": kind} | content))
    assert {finding.at.file for finding in lint([file], environ={})} <= {str(file)}


@given(st.lists(services, max_size=4), st.dictionaries(keys, anything, max_size=3))
@settings(max_examples=200)
def test_any_services_are_loaded_or_refused(
    tmp_path_factory: pytest.TempPathFactory, declared: list[dict[str, object]], more: dict[str, object]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "a.yaml").write_text(SHOP)
    content = more | {"apiVersion": "cockpit/v1", "kind": "Cockpit", "services": declared}
    content.pop("metadata", None)
    (folder / "b.yaml").write_text(json.dumps(content))
    found = lint([folder], environ={})
    if any(finding.severity == "error" for finding in found):
        with pytest.raises(ConfigError) as raised:
            load(folder, environ={})
        assert list(raised.value.findings) == found
    else:
        assert load(folder, environ={}).findings == tuple(found)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a, *a, *a]\n" for n in range(9)),
        "x: " + "y" * 10_000_000,
        "{" * 30 + "}" * 30,
        SHOP + "services:\n" + "  - {name: a, tier: x, teir: 1, dependsOn: [{to: b}]}\n" * 3000,
    ],
    ids=["brackets", "billion laughs", "10 MB", "deep", "3,000 mistakes"],
)
def test_bombs_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.yaml").write_text(text)
    assert any(finding.severity == "error" for finding in lint([tmp_path], environ={}))


def test_folders_pipes_and_files_that_are_not_there(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "dangling").symlink_to("nowhere")
    found = lint([tmp_path / "pipe.yaml", tmp_path / "nope", tmp_path / "dangling", tmp_path], environ={})
    assert {finding.code for finding in found} == {"C20"}


def test_neither_the_screen_nor_the_network_is_loaded_for_it() -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom cockpit.config import lint, load, schema, shop\n"
        "lint([shop()])\nload(shop())\nschema('Cockpit')\n"
        "print(sorted({'textual', 'httpx', 'requests', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
