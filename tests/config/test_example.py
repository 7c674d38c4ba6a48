"""One configuration that uses every key: it loads without a complaint and becomes what it says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from cockpit.config import Loaded, load, schema
from cockpit.core.access import Access
from cockpit.core.incident.rules import Channel, IncidentRules
from cockpit.core.levels import Level, Severity
from cockpit.core.model import (
    AlertServer,
    Capability,
    ChangeFeed,
    Check,
    Degradation,
    Dependency,
    EscalationStep,
    FlagIs,
    FlagStore,
    KillSwitch,
    Link,
    MetricServer,
    RunbookCard,
    ServiceLevel,
    Target,
    Team,
    Tier,
    Value,
    Workaround,
)
from cockpit.core.team import Role

HERE = Path(__file__).parent / "example"
PAGER = "https://pager.library.example/desk"
NOW = datetime(2024, 6, 1, 12, tzinfo=UTC).timestamp()


@pytest.fixture(scope="module")
def library() -> Loaded:
    return load(HERE, environ={}, now=NOW)


def test_nothing_is_wrong_with_it_but_the_edge_nobody_reviewed(library: Loaded) -> None:
    assert [each.code for each in library.findings] == ["C17"]
    assert library.notes == ()


def test_it_uses_every_key_of_the_format() -> None:
    written = set(used(yaml.safe_load((HERE / "cockpit.yaml").read_text())))
    whole = schema("Cockpit")
    known = {key for part in (whole, *whole["$defs"].values()) for key in part["properties"]}
    assert known - written == {"postgres"}  # the other half of journal


def used(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from used(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from used(inner)


def test_servers(library: Loaded) -> None:
    model = library.model
    secret = str(HERE / "secrets/prometheus")
    assert model.prometheus == (
        MetricServer(
            "main",
            "https://prometheus.library.example",
            {"site": "centre"},
            owner="desk",
            runbook="no-metrics",
            http_config={
                "basic_auth": {"username": "cockpit", "password_file": secret},
                "tls_config": {"ca_file": str(HERE / "ca.pem")},
            },
        ),
        MetricServer("branch", "http://branch.library.example:9090/prom", required=False),
    )
    token = {"bearer_token_file": str(HERE / "secrets/am")}
    assert model.alertmanager == (
        AlertServer(
            "alerts",
            "https://alerts.library.example",
            "Heartbeat",
            "desk",
            "no-metrics",
            token,
            {"site": "centre"},
        ),
    )


def test_people(library: Loaded) -> None:
    steps = (
        EscalationStep("desk", "oncall"),
        EscalationStep("ada", "user", 900.0),
        EscalationStep("cellar", "team", 5400.0),
    )
    assert library.model.teams == (
        Team(
            "desk",
            "Front desk",
            "+49 30 555",
            "#desk",
            "desk@library.example",
            ("./who", "desk"),
            steps,
            PAGER,
            "env:PAGER",
        ),
        Team("cellar", chat="#cellar"),
    )
    board = Channel("board", "https://board.library.example/hook", "env:BOARD", "json", announce=False)
    every = {Severity.SEV1: 600.0, Severity.SEV2: 3600.0, Severity.SEV3: 7200.0}
    assert library.model.incident == IncidentRules(("lead", "scribe"), every, (board,))
    roles = {Role.VIEWER: ("*",), Role.RESPONDER: ("ada",), Role.APPROVER: ("grace",)}
    assert library.model.access == Access(protected=True, roles=roles)
    assert library.model.journal == {"sqlite": str(HERE / "record"), "group": "library"}


def test_a_service(library: Loaded) -> None:
    lending = library.model.services[0]
    assert (lending.title, lending.type, lending.owner, lending.tier) == ("Lending", "website", "desk", 1)
    assert (lending.system, lending.region, lending.lifecycle) == ("counter", "centre", "production")
    assert [signal.name for signal in lending.signals] == [
        "web-errors",
        "web-latency",
        "calls",
        "lost-books",
        "free-desks",
    ]
    assert lending.degradations == (
        Degradation(
            "paper-slips",
            Level.DEGRADED,
            flag=FlagIs("paper", True),
            works="Books can be lent",
            lost="Nobody sees what is lent",
            data_debt="Slips must be typed in",
            max_duration=28_800.0,
            runbook="use-paper",
        ),
        Degradation("read-only", Level.FAILING, active_when="lending_read_only == 1", max_duration=86_400.0),
        Degradation("by-hand", Level.FAILING, manual=True, max_duration=604_800.0),
    )
    assert lending.depends_on[0] == Dependency(("catalogue",), fallback="stale-copy", fallback_of="catalogue")
    assert (lending.feeds, lending.reconciled_when) == (("reminders",), "max(books_unaccounted) == 0")
    assert lending.links == (Link("dashboard", "https://grafana.library.example/d/1", "Desks"),)
    assert (lending.contact, lending.runbooks) == ("+49 30 556", ("use-paper",))
    assert lending.alert_labels == {"app": "lending"}


def test_a_preset_of_one_s_own_gets_an_age(library: Loaded) -> None:
    calls = library.model.services[0].signals[2]
    assert calls.query.freshness == 'max by (site) (timestamp(desk_calls_total{floor=~".+",$match}))'
    assert (calls.query.key, calls.max_age, calls.for_) == (("lending",), 120.0, 60.0)


def test_a_capability(library: Loaded) -> None:
    (lend,) = library.model.capabilities
    assert lend.measure is not None
    assert lend == Capability(
        name="lend",
        title="People can borrow books",
        owner="desk",
        tier=1,
        requires=(Dependency(("lending",), fallback="open-shelf"),),
        degradations=(Degradation("open-shelf", Level.DEGRADED, manual=True, max_duration=7200.0),),
        measure=lend.measure,
        affected="sum(people_waiting)",
        value=Value(0.5, "EUR"),
        workaround=Workaround("Write names on slips", 86_400.0, "desk"),
        sla=ServiceLevel(99.5, 2_592_000.0, Level.DEGRADED),
        deadlines=lend.deadlines,
        deadline_text="20:00 Europe/Berlin",
    )
    assert lend.deadlines[0] == datetime(2024, 6, 1, 18, tzinfo=UTC).timestamp()
    assert (lend.measure.for_, lend.measure.max_age, lend.measure.sources) == (300.0, 240.0, ("main",))


def test_the_rest(library: Loaded) -> None:
    model = library.model
    assert (model.name, model.title, model.poll, model.scrape) == ("library", "City library", 10.0, 30.0)
    assert model.tiers == {1: Tier(10, 600.0), 2: Tier(4), 3: Tier(2), 4: Tier(0.5)}
    assert model.alert_labels == ("service", "app")
    check = {"run": ("kubectl", "config", "current-context"), "success": 'stdout == "centre"'}
    env = {"KUBECONFIG": "/etc/library/kube"}
    assert model.targets == (
        Target("centre", env, "centre", str(HERE), protected=True, check=check),
        Target("practice", sandbox=True),
    )
    path = str(HERE / "flags/library.json")
    assert model.flags == (
        FlagStore("files", "flagd-file", path, environments=("centre",), owner="desk", runbook="no-metrics"),
        FlagStore(
            "unleash",
            "unleash",
            url="https://unleash.library.example",
            environments=("staging", "production"),
            options={
                "project": "lending",
                "token": f"file:{HERE / 'secrets/unleash'}",
                "http_config": {"tls_config": {"ca_file": str(HERE / "secrets/ca.pem")}},
            },
            protected=("production",),
        ),
        FlagStore(
            "own",
            "webhook",
            options={
                "get": "https://switches.library.example/{env}/{key}",
                "set": "https://switches.library.example/{env}/{key}",
                "method": "PUT",
                "pointer": "/state/value",
                "if_match": True,
                "headers": {"Authorization": "env:SWITCHES", "X-Desk": "centre"},
                "timeout": 3.0,
            },
        ),
        FlagStore(
            "lamps",
            "command",
            environments=("centre",),
            options={"run": ("./lamps", "--json"), "env": {"LAMP_TOKEN": "env:LAMPS"}, "cwd": str(HERE)},
        ),
    )
    assert model.kill_switches == (
        KillSwitch(
            "paper",
            "files",
            "lending",
            True,
            "slips instead of screens",
            "slips get lost",
            28_800.0,
            "type",
            ("lead", "ada"),
        ),
    )
    assert model.checks == (
        Check("lending", http="https://library.example/health", status=(200, 204)),
        Check("catalogue", tcp="[::1]:5432"),
    )
    assert model.changes == (
        ChangeFeed("changes(build_info[5m]) > 0", "app", "release"),
        ChangeFeed(file=str(HERE / "changes.ndjson")),
    )
    assert [(card.id, card.title, card.owner) for card in model.runbooks] == [
        ("no-metrics", "no-metrics", "desk"),
        ("use-paper", "use-paper", "desk"),
    ]
    assert all(isinstance(card, RunbookCard) and Path(card.file).is_file() for card in model.runbooks)
