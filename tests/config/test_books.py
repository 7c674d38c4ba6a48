"""Runbooks as the core gets them: every default, every field, digests, presets written out."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.config import load, shop
from cockpit.config.ids import slug
from cockpit.config.step_presets import shipped_step, shipped_step_names
from cockpit.core.runbook import actions as act
from cockpit.core.runbook.model import (
    AbortWhen,
    Approval,
    Capture,
    Check,
    Condition,
    Confirm,
    Deadline,
    Drill,
    Obligation,
    Parameter,
    PointOfNoReturn,
    Reach,
    Reconcile,
    Rollback,
    Runbook,
    Step,
    Verify,
)
from tests.config.files import SHOP, TEAM, said, write

CONFIG = (
    SHOP
    + TEAM
    + """\
targets: [{name: prod, protected: true}, {name: staging}]
flags: [{name: files, provider: flagd-file, path: f.json}]
services: [{name: search, owner: ops, signals: [{use: otel-http}]}]
"""
)
FLAGS = (
    '{"flags": {"off": {"state": "ENABLED", "variants": {"on": true, "no": false}, "defaultVariant": "no"}}}'
)
HEAD = "apiVersion: cockpit/v1\nkind: Runbook\nmetadata: {id: r, owner: ops, target: staging}\n"
SMALL = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: restart-search, title: Restart search, services: [search], owner: ops, target: staging}
steps:
  - use: kubectl-rollout-restart
    deployment: search
    alternative: runbook:search-off
    verify: {service: search, signal: errors, at_most: 0.01, within: 5m, streak: 3}
"""
WRITTEN_OUT = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: restart-search, title: Restart search, services: [search], owner: ops, target: staging}
steps:
  - id: restart
    title: Restart the search deployment
    run: [kubectl, rollout, restart, deployment/search]
    capture: {generation: {run: [kubectl, get, deployment/search, -o, "jsonpath={.metadata.generation}"], when: before}}
    reconcile: {run: [kubectl, get, deployment/search, -o, "jsonpath={.metadata.generation}"], applied_when: stdout != captures.generation, not_applied_when: stdout == captures.generation}
    verify: {service: search, signal: errors, at_most: 0.01, within: 5m, streak: 3}
    rollback: {none: true, reason: A restart has no undo, alternative: runbook:search-off}
"""  # noqa: E501  # as the design has it
OFF = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: search-off, owner: ops}
steps: [{title: Off, manual: {instructions: Switch it off}}]
"""


def books(folder: Path, **texts: str) -> dict[str, Runbook]:
    files = {f"runbooks/{name}.yaml": text for name, text in texts.items()}
    write(folder, {"c.yaml": CONFIG, "f.json": FLAGS, **files})
    return dict(load(folder, environ={}).model.books)


def steps(folder: Path, text: str, head: str = HEAD) -> dict[str, Step]:
    book = books(folder, r=head + text)["r"]
    return {step.id: step for step in (*book.steps, *book.finally_)}


def test_a_preset_written_out_is_the_same_step(tmp_path: Path) -> None:
    used = books(tmp_path, r=SMALL, off=OFF)["restart-search"].steps[0]
    written = books(tmp_path, r=WRITTEN_OUT, off=OFF)["restart-search"].steps[0]
    assert replace(used, preset="", drill=Drill()) == written
    assert used.preset == "kubectl-rollout-restart"
    assert used.digest == written.digest


def test_the_namespace_of_a_preset_stands_where_it_is_given(tmp_path: Path) -> None:
    text = "steps: [{use: kubectl-scale, deployment: api, namespace: shop, replicas: 0}]\n"
    scale = steps(tmp_path, text)["scale"]
    assert scale.title == "Scale the api deployment to 0"
    assert scale.action == act.Command(("kubectl", "-n", "shop", "scale", "deployment/api", "--replicas=0"))
    assert scale.reconcile is not None
    assert scale.reconcile.applied_when == 'float(stdout) == float("0")'


def test_values_of_the_run_may_be_parameters_of_a_preset(tmp_path: Path) -> None:
    text = "parameters: {n: {type: integer}}\n"
    text += "steps: [{use: kubectl-scale, deployment: api, replicas: '${params.n}'}]\n"
    scale = steps(tmp_path, text)["scale"]
    assert isinstance(scale.action, act.Command)
    assert scale.action.argv[-1] == "--replicas=${params.n}"
    assert scale.reconcile is not None
    assert scale.reconcile.applied_when == "float(stdout) == float(params.n)"


def test_what_stands_beside_use_extends_or_replaces(tmp_path: Path) -> None:
    text = """\
steps:
  - use: kubectl-rollout-restart
    deployment: api
    title: Again
    timeout: 3m
    capture: {pods: {run: [kubectl, get, pods], when: after}}
    rollback: {run: [undo, "${captures.generation}"]}
  - {use: kubectl-rollout-restart, deployment: web, run: [mine]}
  - {use: http-post, url: https://x.example/a, json: {a: [1]}, http: {headers: {X: y}}}
"""
    first, second, third = steps(tmp_path, text).values()
    assert (first.id, first.title, first.timeout) == ("restart", "Again", 180.0)
    assert [each.name for each in first.captures] == ["generation", "pods"]
    assert first.rollback == Rollback(act.Command(("undo", "${captures.generation}")))
    assert (second.id, second.action) == ("restart-2", act.Command(("mine",)))
    assert third.action == act.HttpCall("POST", "https://x.example/a", {"X": "y"}, {"a": [1]})


@pytest.mark.parametrize("name", shipped_step_names())
def test_every_shipped_preset_is_lint_clean_as_it_is(name: str, tmp_path: Path) -> None:
    preset = shipped_step(name)
    assert preset is not None
    examples = {"integer": 3, "string": "x", None: "x", "any": "x", "number": 1.5, "boolean": True}
    needed = {key: examples[each.type] for key, each in preset.parameters.items()}
    for values in (needed, {key: needed[key] for key, each in preset.parameters.items() if each.required}):
        values = values | ({"url": "https://x.example"} if "url" in values else {})
        values = {key: value for key, value in values.items() if key != "alternative"}
        agreed = ", approval: {min: 1}" if preset.step and preset.step.get("effect") == "destructive" else ""
        fields = ", ".join(f"{key}: {value}" for key, value in values.items())
        text = HEAD + f"steps: [{{use: {name}, {fields}{agreed}}}]\n"
        assert said(tmp_path, {"c.yaml": CONFIG, "f.json": FLAGS, "runbooks/r.yaml": text}) == []
        (step,) = load(tmp_path, environ={}).model.books["r"].steps
        assert step.reconcile or step.on_unknown_ask
        assert step.rollback
        assert step.drill.outcomes
        assert {each.name for each in step.captures} == set(step.drill.captures)


def test_a_preset_of_one_s_own_wins_and_is_checked(tmp_path: Path) -> None:
    preset = """\
apiVersion: cockpit/v1
kind: Preset
metadata: {name: kubectl-scale}
parameters: {what: {type: string}}
step: {title: "Do ${what}", run: [do, "${what}"], on_unknown: ask, rollback: {run: [undo]}}
"""
    write(tmp_path, {"presets/p.yaml": preset})
    step = steps(tmp_path, "steps: [{use: kubectl-scale, what: it}]\n")["do-it"]
    assert (step.title, step.action) == ("Do it", act.Command(("do", "it")))
    note = f"{tmp_path}/presets/p.yaml replaces the shipped step preset 'kubectl-scale'"
    assert load(tmp_path, environ={}).notes == (note,)


@pytest.mark.parametrize(
    ("parameters", "step", "complaint"),
    [
        ("{}", "{run: [do, '${wat}']}", "C03 presets/p.yaml:5:13: 'run' uses ${wat}, which is no parameter."),
        ("{timeout: {}}", "{run: [do]}", "C02 presets/p.yaml:4:14: the parameter 'timeout' is also a field"),
        ("{}", "{rum: [do]}", "C01 presets/p.yaml:5:13: unknown key 'rum'. Did you mean 'run'?"),
        ("{}", "{run: [do], timeout: 5}", "C04 presets/p.yaml:5:28: 'timeout' is not a duration: 5."),
        ("{}", "{title: Do}", "C04 presets/p.yaml:5:7: the file does nothing."),
    ],
)
def test_a_step_preset_is_tried_out(parameters: str, step: str, complaint: str, tmp_path: Path) -> None:
    head = "apiVersion: cockpit/v1\nkind: Preset\nmetadata: {name: p}\n"
    text = f"{head}parameters: {parameters}\nstep: {step}\n"
    (told,) = said(tmp_path, {"c.yaml": CONFIG, "f.json": FLAGS, "presets/p.yaml": text})
    assert told.startswith(complaint)


def test_every_default(tmp_path: Path) -> None:
    text = "steps: [{title: Do it, run: [do], on_unknown: ask, rollback: {run: [undo]}}]\n"
    step = steps(tmp_path, text)["do-it"]
    assert step == Step(
        id="do-it",
        title="Do it",
        action=act.Command(("do",)),
        reach=Reach.WRITE,
        confirm=Confirm("key"),
        on_unknown_ask=True,
        rollback=Rollback(act.Command(("undo",))),
        digest=step.digest,
    )
    assert (step.timeout, step.kill_grace, step.attempts, step.on_failure) == (60.0, 5.0, 1, "hold")


@pytest.mark.parametrize(
    ("step", "target", "confirm", "approval"),
    [
        ("effect: read", "staging", Confirm("none"), None),
        ("effect: read", "prod", Confirm("none"), None),
        ("effect: write", "staging", Confirm("key"), None),
        ("effect: write", "prod", Confirm("type", "x"), None),
        ("effect: destructive", "staging", Confirm("type", "x"), None),
        ("effect: destructive", "prod", Confirm("type", "x"), Approval()),
        ("confirm: key", "prod", Confirm("type", "x"), None),
        ("confirm: type", "staging", Confirm("type", "x"), None),
        ("confirm: {type: go}", "staging", Confirm("type", "go"), None),
    ],
)
def test_how_a_step_is_confirmed(
    step: str, target: str, confirm: Confirm, approval: Approval | None, tmp_path: Path
) -> None:
    rest = "run: [x], on_unknown: ask, rollback: {run: [undo]}"
    found = steps(tmp_path, f"steps: [{{id: x, target: {target}, {step}, {rest}}}]\n")["x"]
    assert (found.confirm, found.approval) == (confirm, approval)


def test_how_far_each_action_reaches(tmp_path: Path) -> None:
    text = """\
steps:
  - {id: manual, manual: {instructions: Look}}
  - {id: decide, decide: {options: [{label: A}, {label: B}]}}
  - {id: probe, probe: {run: [look]}}
  - {id: wait, wait: {for: 5s}}
  - {id: notify, notify: {to: chat, text: Hello}}
  - {id: reads, runbook: {id: search-off}}
  - {id: writes, runbook: {id: restart-search}}
"""
    found = books(tmp_path, r=HEAD + text, off=OFF, small=SMALL)["r"].steps
    assert [step.id for step in found if step.reach is Reach.WRITE] == ["notify", "writes"]
    assert all(step.reach is Reach.READ for step in found if step.id not in ("notify", "writes"))


def test_every_command_of_a_draft_asks_for_a_key(tmp_path: Path) -> None:
    head = HEAD.replace("owner: ops", "status: draft")
    found = steps(tmp_path, "steps: [{id: a, run: [x], effect: read}, {id: b, run: [y]}]\n", head)
    assert [step.confirm for step in found.values()] == [Confirm("key"), Confirm("key")]


def test_ids_come_from_titles_and_count_on(tmp_path: Path) -> None:
    text = "steps: [{title: Look!, &}, {title: look, &}, {id: look-2, &}, {title: Ünï Code (7), &}]\n"
    text += "finally: [{title: Look, &}]\n"
    found = steps(tmp_path, text.replace("&", "manual: {instructions: Look}"))
    assert list(found) == ["look", "look-3", "look-2", "uni-code-7", "look-4"]
    assert slug("?!") == "step"


def test_a_digest_is_void_when_what_the_step_does_changes_and_only_then(tmp_path: Path) -> None:
    text = "steps: [{id: x, title: T, why: W, run: [x], on_unknown: ask, rollback: {run: [undo]}}]\n"
    before = steps(tmp_path, text)["x"].digest
    same = text.replace("title: T, why: W", "title: U, expected: {p95: 5s}, drill: {outcomes: [hang]}")
    assert steps(tmp_path, same)["x"].digest == before
    for change in ("run: [y]", "run: [x], timeout: 3m"):
        assert steps(tmp_path, text.replace("run: [x]", change))["x"].digest != before
    book = books(tmp_path, r=HEAD + text)["r"]
    assert book.digest == hashlib.sha256((HEAD + text).encode()).hexdigest()
    assert book.folder == str((tmp_path / "runbooks").absolute())


FULL = """\
apiVersion: cockpit/v1
kind: Runbook
metadata:
  {id: r, title: All of it, services: [search], owner: ops, target: staging, severity: SEV1, roles: [scribe]}
parameters:
  pod: {pattern: "^[a-z-]+$", prompt: Which pod, default_from: {alert_label: pod}}
  token: {type: secret, file: /run/token}
  level: {type: enum, enum: [low, high], default: low}
needs: [prometheus, kubectl, flags/files]
lock: {key: search, ttl: 1m}
preconditions: [{title: Up, promql: up, success: value == 1, by_hand: Look}]
guard: [{title: Ready, run: [ready], severity: warn}]
abort_when: [{promql: errors, failure: value > 1, for: 30s}]
time_budget: 10m
decision_deadline: {after: 5m, message: Decide}
steps:
  - id: flip
    title: Flip
    why: Because
    flag: {key: "off", provider: files, env: default, to: true, reason: trouble, expires: 4h}
    when: params.level == 'high'
    max_visits: 2
    approval: {min: 2, from: [mara], expires: 5m}
    preview: {flag: {key: "off"}}
    expected: {p50: 1s, p95: 2s}
    verify:
      - {promql: errors, success: value < baseline, failure: value > 9, baseline: before, control: other}
      - {service: search, signal: errors, at_least: 0, streak: 2, within: 3m, on_no_data: failure}
    rollback:
      flag: {key: "off", to: false}
      confirm: {type: back}
      reversible_for: 4h
      reversible_while: {run: [ok]}
    point_of_no_return: {reason: Gone, seals: []}
    on_failure: propose_rollback
    on_timeout: goto:call
    on_inconclusive: continue
    opens_obligation: {title: Flip back, owner: ops, expires: 4h}
    drill: {outcomes: [killed-after-effect, success]}
  - id: call
    http:
      method: PUT
      url: "https://x.example/${params.pod}"
      headers: {Authorization: "Bearer ${params.token}"}
      json: {a: 1}
      expect: {status: [200-204, 409], json: /ok, equals: true}
    idempotent: true
    retry: {attempts: 3, backoff: 2s}
    env: {A: b}
    capture: {state: {http: {url: "https://x.example"}, json: /state, when: after}}
    reconcile: {http: {url: "https://x.example"}, applied_when: status == 200, interval: 1s, within: 20s}
    rollback: {none: true, reason: No way back}
    closes_obligation: Flip back
  - {id: quiet, silence: {matchers: ['alertname=~"X.*"'], for: 1h}, rollback: {none: true, reason: It ends}}
  - {id: until, wait: {promql: up, success: value == 1, within: 1m}}
  - {id: piped, run: "a | b", shell: true, stdin: token, effect: read}
finally:
  - {id: tell, notify: {to: chat, text: "Run ${run.id} has ended"}}
"""


def test_every_field_arrives(tmp_path: Path) -> None:
    book = books(tmp_path, r=FULL)["r"]
    flip, call, quiet, until, piped = book.steps
    assert book.parameters == (
        Parameter("pod", pattern="^[a-z-]+$", prompt="Which pod", default_from=("alert_label", "pod")),
        Parameter("token", "secret", secret="file:/run/token"),
        Parameter("level", "enum", ("low", "high"), default="low", has_default=True),
    )
    assert (book.needs, book.lock_key, book.lock_ttl) == (
        ("prometheus", "kubectl", "flags/files"),
        "search",
        60.0,
    )
    assert book.preconditions == (Condition("Up", act.Promql("up"), "value == 1", by_hand="Look"),)
    assert book.guards == (Condition("Ready", act.Command(("ready",)), "exit_code == 0", "warn"),)
    assert book.abort_when == (AbortWhen("errors", "value > 1", 30.0),)
    assert (book.time_budget, book.decision_deadline) == (600.0, Deadline(300.0, "Decide"))
    assert (book.severity, book.roles, book.services) == ("SEV1", ("scribe",), ("search",))
    assert flip == Step(
        id="flip",
        title="Flip",
        action=act.FlagSet("off", True, "files", "default", "trouble", 14_400.0),
        reach=Reach.WRITE,
        why="Because",
        when="params.level == 'high'",
        max_visits=2,
        confirm=Confirm("key"),
        approval=Approval(2, ("mara",), 300.0),
        preview=act.FlagLook("off"),
        expected=(1.0, 2.0),
        verify=Verify(
            (
                Check(act.Promql("errors"), "value < baseline", "value > 9"),
                Check(act.SignalLook("search", "errors"), "value >= 0"),
            ),
            baseline="before",
            control="other",
            within=180.0,
            streak=2,
            on_no_data="failure",
        ),
        rollback=Rollback(
            act.FlagSet("off", False),
            confirm=Confirm("type", "back"),
            reversible_for=14_400.0,
            reversible_while=(act.Command(("ok",)), "exit_code == 0"),
        ),
        point_of_no_return=PointOfNoReturn("Gone", ()),
        on_failure="propose_rollback",
        on_timeout="goto:call",
        on_inconclusive="continue",
        opens_obligation=Obligation("Flip back", "ops", 14_400.0),
        drill=Drill(("killed-after-effect", "success")),
        digest=flip.digest,
    )
    assert call.action == act.HttpCall(
        "PUT",
        "https://x.example/${params.pod}",
        {"Authorization": "Bearer ${params.token}"},
        {"a": 1},
        ((200, 204), (409, 409)),
        "/ok",
        True,
    )
    assert (call.title, call.idempotent, call.attempts, call.backoff) == ("call", True, 3, 2.0)
    assert call.captures == (Capture("state", act.HttpCall("GET", "https://x.example"), "/state", "after"),)
    look = act.HttpCall("GET", "https://x.example")
    assert call.reconcile == Reconcile(look, "status == 200", "", 1.0, 20.0)
    assert (dict(call.env), call.closes_obligation) == ({"A": "b"}, "Flip back")
    assert quiet.action == act.Silence(('alertname=~"X.*"',), 3600.0)
    assert until.action == act.Wait(None, "up", "value == 1", 60.0)
    assert piped.action == act.Command(("a | b",), shell=True, stdin="token")
    assert book.finally_[0].action == act.Notify("chat", "Run ${run.id} has ended")
    assert book.step("tell") is book.finally_[0]


def test_cards_and_books_are_of_the_same_runbooks() -> None:
    model = load(shop(), environ={}).model
    assert sorted(model.books) == sorted(card.id for card in model.runbooks)
    assert all(card.tell_apart or card.fits_classes for card in model.runbooks)
