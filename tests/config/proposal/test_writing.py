"""What is proposed loads strictly whatever the labels hold, holds no secret, and marks what is guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.config import lint
from cockpit.config.proposal import connection, loaded, propose, put, told, written
from cockpit.config.proposal.loading import NOT_KEPT
from cockpit.core.known import AlertRule, Carrier, Known
from cockpit.core.model import Dependency, MetricServer, Model
from cockpit.core.seen_edges import SeenEdge
from cockpit.errors import CockpitError
from cockpit.text import clean
from tests.tui.payloads import PAYLOADS

from .test_propose import known, requests, rule

HOSTILE = [
    *(text for text in PAYLOADS if "\ud800" not in text),
    "$match", "${service}", "$rate", 'a"b', "a'b", "a\\b",
    "no", "yes", "null", "~", "010", "1e9", "- a", "a: b", "a #b", "#a", "&a", "*a", "!tag", "|", "{a", "[a",
    "%a", "@a", "`a`", "---", "...", "<<", "=", "?", "2024-01-01", "a/b", "../../etc/passwd", "a b",
    "ключ", "🙂", "http://u:p@h.example/x", "-----BEGIN PRIVATE KEY-----", "{{ $labels.service }}",
    "a,b", "x" * 200,
]  # fmt: skip
texts = st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=20))
KEYED = ("otel-http", "postgres", "kafka-consumer", "http-client", "blackbox", "up", "slo-burn")


@st.composite
def anything_known(draw: st.DrawFn) -> Known:
    """Facts as hostile as a server can make them, all about the same few names."""
    pool = draw(st.lists(texts, min_size=1, max_size=8, unique=True))
    some = st.sampled_from(pool)
    carriers = requests(*pool) + [Carrier("up", {"job": name}, 1) for name in draw(st.lists(some))]
    rules = [
        AlertRule(draw(texts), labels, notes, frozenset(labels.items()))
        for _ in range(draw(st.integers(0, 3)))
        for labels in [{"service": draw(some), "team": draw(texts), "tier": draw(texts)}]
        for notes in [{"runbook_url": draw(st.one_of(texts, texts.map(lambda t: f"https://w.example/{t}")))}]
    ]
    return known(
        *carriers,
        keys={preset: set(draw(st.lists(some))) for preset in KEYED},
        edges=frozenset(draw(st.lists(st.builds(SeenEdge, some, some)))),
        rules=tuple(rules),
        scrape=draw(st.sampled_from([None, 60.0])),
    )


@settings(max_examples=50)
@given(anything_known())
def test_whatever_labels_hold_it_loads_and_shows_nothing_hidden(facts: Known) -> None:
    proposal = propose(facts)
    read = loaded(proposal, environ={})
    assert [each.name for each in read.model.services] == [each.name for each in proposal.services]
    assert [each for each in read.findings if each.severity == "error"] == []
    text = "".join([*written(proposal).values(), *told(proposal)])
    assert clean(text, multiline=True) == text
    assert "u:p@" not in text
    assert "PRIVATE KEY" not in text


def test_every_guess_is_marked_beside_what_was_guessed() -> None:
    facts = known(
        *requests("shop", "auth"),
        keys={"otel-http": {"shop", "auth"}, "postgres": {"db:5432"}},
        edges=frozenset({SeenEdge("shop", "auth")}),
        rules=(rule(service="shop", team="web", tier="tier-2"),),
        scrape=30.0,
    )
    files = written(propose(facts))
    assert files["cockpit.yaml"].splitlines()[3:] == [
        "apiVersion: cockpit/v1",
        "kind: Cockpit",
        "metadata:",
        "  name: prom-example-9090",
        "  title: prom.example:9090, proposed",
        "prometheus:",
        "  - {name: main, url: http://prom.example:9090}",
        "defaults:",
        "  scrape: 30s  # guessed: so far apart samples of `up` are",
        "  alert_labels: [service_name, service, job, app]  "
        "# guessed: alerts may name a service as metrics do",
        "teams:",
        "  - name: web  # guessed: alerting rules name it; how is it reached? Add oncall",
    ]
    assert files["services.yaml"].splitlines()[1:] == [
        "# By label job there would be 1: cockpit init --label job",
        "apiVersion: cockpit/v1",
        "kind: Cockpit",
        "services:  # guessed: by label service_name, presets measure 2 of its 2 names",
        "  - name: auth",
        "    signals:",
        "      - {use: otel-http, max_age: 1m30s}",
        "  - name: db  # guessed: pg_up of this instance",
        "    type: database  # guessed: by what knows it",
        "    signals:",
        "      - {use: postgres, instance: db:5432, max_age: 1m30s}",
        "  - name: shop",
        "    owner: web  # guessed: 1 of 1 alerting rule about it says so",
        '    tier: "2"  # guessed: 1 of 1 alerting rule about it says so',
        "    signals:",
        "      - {use: otel-http, max_age: 1m30s}",
        "    dependsOn:",
        "      - {to: auth, unreviewed: true}  "
        "# guessed: seen in traces of the last hour; hard, until somebody says soft",
    ]


def test_what_is_opened_is_what_would_be_written(tmp_path: Path) -> None:
    from cockpit.config import load

    facts = known(
        *requests("shop", "auth"),
        keys={"otel-http": {"shop", "auth"}},
        edges=frozenset({SeenEdge("shop", "auth")}),
    )
    proposal = propose(facts)
    seen = loaded(proposal, environ={})
    put(proposal, tmp_path)
    kept = load(tmp_path, environ={})
    assert without_origin(kept.model) == without_origin(seen.model)
    assert (seen.files, str(seen.path)) == ((), NOT_KEPT)
    assert {each.code for each in lint([tmp_path])} == {"C09", "C17"}
    (shop,) = (each for each in seen.model.services if each.name == "shop")
    assert shop.depends_on == (Dependency(("auth",), reviewed=False),)


def without_origin(model: Model) -> Model:
    from dataclasses import replace

    from cockpit.core.model import Origin

    return replace(model, origin=Origin())


def test_nothing_is_written_over_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "services.yaml").write_text("mine")
    with pytest.raises(FileExistsError):
        put(propose(known(*requests("shop"))), tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["services.yaml"]
    assert (tmp_path / "services.yaml").read_text() == "mine"


def test_an_interrupt_in_the_middle_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cockpit.config.proposal import loading

    made = propose(known(*requests("shop")))

    def interrupted(name: str) -> str:
        if name == "services.yaml":
            raise KeyboardInterrupt
        return written(made)[name]

    class Texts(dict[str, str]):
        def items(self) -> Any:
            return ((name, interrupted(name)) for name in written(made))

    monkeypatch.setattr(loading, "written", lambda _: Texts())
    with pytest.raises(KeyboardInterrupt):
        put(made, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_how_to_log_in_goes_along_and_the_secret_itself_does_not(tmp_path: Path) -> None:
    from dataclasses import replace

    file = tmp_path / "login.yaml"
    file.write_text("authorization: {credentials_file: token}\n")
    made = replace(propose(known(*requests("shop"))), connection=connection(file))
    wanted = {"authorization": {"credentials_file": str(tmp_path / "token")}}
    assert loaded(made, environ={}).model.prometheus == (
        MetricServer("main", "http://prom.example:9090", http_config=wanted),
    )
    file.write_text("authorization: {credentials: canary-secret}\n")
    with pytest.raises(CockpitError) as refused:
        connection(file)
    assert "canary" not in str(refused.value)
    assert "written in the file" in str(refused.value)


def test_it_is_told_what_was_found() -> None:
    facts = known(
        *requests("shop", "auth"), keys={"otel-http": {"shop"}}, edges=frozenset({SeenEdge("shop", "auth")})
    )
    assert list(told(propose(facts))) == [
        "http://prom.example:9090 knows of 2 services and 1 call between them that nobody has reviewed.",
        "Told apart by label service_name: presets measure 1 of its 2 names. It could also be: job (1).",
        "Presets: otel-http (1).",
        "No signal for auth: no shipped preset reads their metrics.",
        "Owners, from alerting rules: 0 of 2.",
    ]
