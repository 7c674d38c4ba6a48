"""The shop that ships: right in every detail, because people copy it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml as pyyaml

from cockpit.config import load
from cockpit.config.linting import lint
from cockpit.core.levels import Kind
from cockpit.core.model import Audience
from tests.config.files import UNREHEARSED

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"
SHOP = load(CONFIG, environ={}, now=0.0)
MODEL = SHOP.model
SIGNALS = {service.name: {signal.name for signal in service.signals} for service in MODEL.services}
TEAMS = {team.name for team in MODEL.teams}
RUNBOOKS = {card.id for card in MODEL.runbooks}


def runbooks() -> Iterator[dict[str, Any]]:
    for file in sorted((ROOT / "runbooks").glob("*.yaml")):
        yield pyyaml.safe_load(file.read_text())


def everything(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in `value`."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from everything(each)


def test_nothing_can_be_said_against_it_but_what_nobody_has_proven_yet() -> None:
    """Its targets are made up, so nobody can prove a rollback there: that is true, and said."""
    found = lint([CONFIG, *sorted((ROOT / "runbooks").glob("*.yaml"))], environ={}, now=0.0)
    assert {each.code for each in found} <= UNREHEARSED
    assert set(found) == set(SHOP.findings)
    assert SHOP.notes == ()


def test_it_is_small_enough_to_read_and_large_enough_to_matter() -> None:
    assert 12 <= len(MODEL.services) <= 18
    assert sorted(TEAMS) == ["logistics", "payments", "platform", "storefront"]
    kinds = Counter(service.type for service in MODEL.services)
    assert {"service", "website", "database", "queue", "external"} <= set(kinds)
    assert {service.tier for service in MODEL.services} >= {1, 2, 3}


def test_every_audience_has_its_answer() -> None:
    assert len(MODEL.capabilities) == 5
    assert {capability.audience for capability in MODEL.capabilities} == set(Audience)
    assert all(
        capability.title and capability.owner and capability.requires for capability in MODEL.capabilities
    )


def test_every_part_has_somebody_who_can_be_reached() -> None:
    assert {each.owner for each in (*MODEL.services, *MODEL.capabilities)} <= TEAMS
    assert {server.owner for server in (*MODEL.prometheus, *MODEL.flags)} <= TEAMS
    assert all(team.phone and team.chat and team.escalation for team in MODEL.teams)
    third_parties = [service for service in MODEL.services if service.type == "external"]
    assert len(third_parties) >= 2
    assert all(service.contact for service in third_parties)


def test_every_degraded_mode_says_what_it_costs_and_when_it_ends() -> None:
    modes = [mode for service in MODEL.services for mode in service.degradations]
    assert all(mode.works and mode.lost for mode in modes)
    assert all(mode.max_duration or mode.auto for mode in modes)
    assert {"flag", "auto", "manual"} <= {
        how for mode in modes for how in ("flag", "auto", "manual") if getattr(mode, how)
    }
    assert any(edge.fallback for service in MODEL.services for edge in service.depends_on)


def test_every_switch_is_in_its_file_and_expires() -> None:
    (store,) = MODEL.flags
    flags = pyyaml.safe_load(Path(store.path).read_text())["flags"]
    assert {switch.key for switch in MODEL.kill_switches} == set(flags)
    assert all(
        switch.effect and switch.expires and switch.service in SIGNALS for switch in MODEL.kill_switches
    )


def test_one_integrity_signal_names_who_reads_the_data_and_how_it_heals() -> None:
    (service,) = [each for each in MODEL.services if any(s.kind is Kind.INTEGRITY for s in each.signals)]
    assert service.feeds
    assert service.reconciled_when


def test_every_runbook_that_is_named_exists_and_each_is_found_from_somewhere() -> None:
    named = {name for service in MODEL.services for name in service.runbooks}
    named |= {mode.runbook for service in MODEL.services for mode in service.degradations if mode.runbook}
    named |= {server.runbook for server in (*MODEL.prometheus, *MODEL.flags) if server.runbook}
    named |= {
        change.rollback for scenario in SHOP.scenarios for change in scenario.changes if change.rollback
    }
    assert named <= RUNBOOKS
    fitting = {card.id for card in MODEL.runbooks if card.services or card.id in named}
    assert fitting == RUNBOOKS


def test_runbooks_name_only_what_there_is() -> None:
    targets = {target.name for target in MODEL.targets}
    switches = {switch.key for switch in MODEL.kill_switches}
    for runbook in runbooks():
        card = runbook["metadata"]
        assert set(card.get("services", ())) <= set(SIGNALS)
        assert (card["owner"] in TEAMS, card.get("target") in targets) == (True, True)
        steps = [step.get("id") for step in runbook["steps"]]
        assert len(set(steps)) == len(steps)
        for part in everything(runbook):
            assert part.get("signal") is None or part["signal"] in SIGNALS[part["service"]]
            assert part.get("key") is None or part["key"] in switches
            assert part.get("goto") is None or part["goto"] in steps
            assert part.get("opens_obligation") is None or part["opens_obligation"]["owner"] in TEAMS


def test_scenarios_simulate_steps_that_runbooks_have() -> None:
    steps = {f"{each['metadata']['id']}.{step.get('id')}" for each in runbooks() for step in each["steps"]}
    assert {step for scenario in SHOP.scenarios for step in scenario.commands} <= steps


def test_alerts_that_runbooks_answer_ring_in_some_scenario() -> None:
    ringing = {alert.name for scenario in SHOP.scenarios for alert in scenario.alerts}
    answered = {name for card in MODEL.runbooks for name in card.alerts}
    assert answered <= ringing
