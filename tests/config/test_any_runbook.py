"""Whatever a runbook holds, it is loaded or refused with findings that have a place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.config import lint, load
from cockpit.config.models.runbook import RunbookFile
from cockpit.config.models.runbook_step import Step
from cockpit.config.shapes import keys_of, shape_at
from cockpit.config.step_presets import shipped_step, shipped_step_names
from cockpit.errors import ConfigError
from tests.config.files import SHOP, TEAM

PARAMETERS = {name for each in shipped_step_names() if (it := shipped_step(each)) for name in it.parameters}


def inner_keys() -> list[str]:
    keys: set[str] = set()
    for key in [*keys_of(RunbookFile), *keys_of(Step)]:
        shape = shape_at(Step, [key]) or shape_at(RunbookFile, [key])
        keys |= set(keys_of(shape)) if shape else set()
    return sorted(keys)


WORDS = [
    *("a", "x y", "5m", "hold", "goto:a", "key", "read", "write", "destructive", "before", "r", "other", ""),
    *("${params.a}", "${captures.a}", "${", "$${", "${run.id}", "value == 1", "captures.a != stdout", "up"),
    *("sum(rate(x[5m]))", 'up{a="${params.a}"}', "rate(x[${params.a}])", "https://x.example", "env:A"),
    *("--token=x", "runbook:other", "flags/files", "kubectl", "status: draft"),
]
plain = st.one_of(
    st.sampled_from(WORDS), st.text(max_size=6), st.integers(), st.booleans(), st.none(), st.floats()
)
keys = st.one_of(st.sampled_from(inner_keys()), st.text(max_size=4))
anything = st.recursive(
    plain,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=8,
)
argv = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3)
looks = st.one_of(
    st.fixed_dictionaries({"run": argv}, optional={"success": st.sampled_from(WORDS), "when": anything}),
    st.fixed_dictionaries({"promql": st.sampled_from(WORDS), "success": st.sampled_from(WORDS)}),
    st.fixed_dictionaries({"flag": st.fixed_dictionaries({"key": st.sampled_from(WORDS)})}),
    anything,
)
titled = st.fixed_dictionaries({"title": st.sampled_from(WORDS)})
rest = st.dictionaries(st.sampled_from(keys_of(Step)), anything, max_size=3)
actions = st.one_of(
    st.fixed_dictionaries({"run": argv}, optional={"shell": anything, "on_unknown": st.just("ask")}),
    st.fixed_dictionaries({"probe": looks}),
    st.fixed_dictionaries({"http": anything}),
    st.fixed_dictionaries({"flag": anything}),
    st.fixed_dictionaries({"runbook": st.fixed_dictionaries({"id": st.sampled_from(["r", "other", "x"])})}),
    st.fixed_dictionaries(
        {"use": st.sampled_from([*shipped_step_names(), "nope"])},
        optional={name: plain for name in PARAMETERS},
    ),
    st.fixed_dictionaries({"decide": st.fixed_dictionaries({"options": st.lists(anything, max_size=3)})}),
)
more = st.fixed_dictionaries(
    {},
    optional={
        "capture": st.dictionaries(st.sampled_from(["a", "b c"]), looks, max_size=2),
        "reconcile": looks,
        "verify": st.one_of(looks, st.lists(looks, max_size=2)),
        "rollback": st.one_of(looks, actions),
        "on_failure": st.sampled_from(["hold", "goto:a", "goto:x-y"]),
    },
)
steps = st.builds(
    lambda *parts: {key: value for part in parts for key, value in part.items()}, rest, titled, actions, more
)
runbooks = st.fixed_dictionaries(
    {"steps": st.one_of(st.lists(steps, max_size=3), anything)},
    optional={
        "finally": st.lists(steps, max_size=1),
        "parameters": st.dictionaries(st.sampled_from(["a", "b"]), anything, max_size=2),
        "preconditions": st.lists(looks, max_size=2),
        "guard": st.lists(looks, max_size=1),
        "needs": st.lists(st.sampled_from(WORDS), max_size=2),
        "abort_when": anything,
        "lock": anything,
        "time_budget": plain,
    },
)


@given(runbooks, st.sampled_from(["ready", "draft"]))
@settings(max_examples=300, deadline=None)
def test_any_runbook_is_loaded_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, object], status: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "c.yaml").write_text(SHOP + TEAM + "targets: [{name: prod, protected: true}]\n")
    (folder / "runbooks").mkdir()
    write(folder / "runbooks/r.yaml", content, status)
    found = lint([folder], environ={})
    assert {each.at.file for each in found} <= {str(folder / "runbooks/r.yaml")}
    if any(each.severity == "error" for each in found):
        with pytest.raises(ConfigError) as raised:
            load(folder, environ={})
        assert list(raised.value.findings) == found
    else:
        book = load(folder, environ={}).model.books["r"]
        ids = [step.id for step in (*book.steps, *book.finally_)]
        assert len(set(ids)) == len(ids)
        assert all(len(step.digest) == 64 for step in book.steps)


def write(file: Path, content: dict[str, object], status: str) -> None:
    metadata = {"id": "r", "owner": "ops", "status": status, "target": "prod"}
    head = {"apiVersion": "cockpit/v1", "kind": "Runbook", "metadata": metadata}
    file.write_text(json.dumps(head | content).replace("NaN", ".nan").replace("Infinity", ".inf"))


def test_a_thousand_steps_and_a_long_chain_of_runbooks(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(SHOP + TEAM)
    (tmp_path / "runbooks").mkdir()
    many = {"steps": [{"title": "Look", "manual": {"instructions": "Look"}}] * 1000}
    write(tmp_path / "runbooks/many.yaml", many, "ready")
    for number in range(1500):
        nested = {"steps": [{"title": "Next", "runbook": {"id": f"r{number + 1}"}}]}
        text = json.dumps(
            {"apiVersion": "cockpit/v1", "kind": "Runbook", "metadata": {"id": f"r{number}"}} | nested
        )
        (tmp_path / f"runbooks/r{number}.yaml").write_text(text)
    codes = {each.code for each in lint([tmp_path], environ={})}
    assert codes == {"R15", "R19", "R22"}
