"""A small model to play on, and scenarios of a few lines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cockpit.config import load
from cockpit.config.scenario import scenario_from
from cockpit.config.yaml import parse
from cockpit.core.levels import Level
from cockpit.core.model import (
    Capability,
    Degradation,
    FlagIs,
    KillSwitch,
    Model,
    RunbookCard,
    Service,
    Signal,
)
from cockpit.core.scenario import Scenario
from cockpit.errors import Finding

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"
SHOP = load(CONFIG, environ={}, now=0.0)


def service(name: str, *signals: str, modes: tuple[Degradation, ...] = ()) -> Service:
    any_signal = SHOP.model.services[0].signals[0]
    return Service(
        name, signals=tuple(replace(any_signal, name=each) for each in signals), degradations=modes
    )


def any_measure() -> Signal:
    return next(each.measure for each in SHOP.model.capabilities if each.measure)


MODEL = Model(
    services=(
        service("checkout-api", "errors", "latency"),
        service("auth", "errors"),
        service("shop", "errors", modes=(Degradation("cached", Level.AT_RISK, FlagIs("cache-only", True)),)),
        service("silent"),
    ),
    capabilities=(Capability("place-order", measure=any_measure()), Capability("work")),
    kill_switches=(KillSwitch("pay-async", "files"),),
    runbooks=(RunbookCard("checkout-rollback"),),
)

HEAD = (
    "{apiVersion: cockpit/v1, kind: Scenario, metadata: {id: a}, length: 10m"
    ", seed: 1, expect: [{what: first_action}]"
)


def lint(rest: str, model: Model = MODEL) -> tuple[Scenario | None, list[Finding]]:
    """A scenario of one line, `HEAD`, and the lines of `rest`."""
    document, findings = parse(f"{HEAD},\n{rest}}}\n", "s.yaml")
    assert document is not None, findings
    scenario, complaints = scenario_from(document, model)
    return scenario, findings + complaints


def told(rest: str) -> list[str]:
    """Without severity where it is an error."""
    scenario, findings = lint(rest)
    is_wrong = any(each.severity == "error" for each in findings)
    assert (scenario is None) is is_wrong
    return [
        f"{each.code}{'' if each.severity == 'error' else ' ' + each.severity} {each}" for each in findings
    ]
