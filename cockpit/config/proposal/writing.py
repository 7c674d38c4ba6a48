"""A proposal as files that people keep: strict YAML, and beside every guess why it was made."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from cockpit.config import writing
from cockpit.config.durations import duration
from cockpit.config.proposal.shape import Guess, Proposal, ProposedService, Use
from cockpit.config.writing import Noted, Value, guessed
from cockpit.core.known import LABELS

MAIN: Final = "cockpit.yaml"
SERVICES: Final = "services.yaml"
SERVER: Final = "main"
USUAL_AGE: Final = {"alerts": math.inf, "slo-burn": 180.0}
"""Seconds after which these presets take a sample for old; others after a minute."""
USUAL_LABELS: Final = ("service", "job", "app")
_BEGIN: Final[Mapping[str, Value]] = {"apiVersion": "cockpit/v1", "kind": "Cockpit"}


def written(proposal: Proposal) -> Mapping[str, str]:
    """By file name; what the strict loader takes without an error."""
    files = {MAIN: writing.written(_main(proposal), _head(proposal), _foot(proposal))}
    if proposal.services:
        services = {**_BEGIN, "services": _marked(_services(proposal), _by_label(proposal))}
        files[SERVICES] = writing.written(services, [*_about_services(proposal)])
    return files


def _head(proposal: Proposal) -> list[str]:
    day = datetime.fromtimestamp(proposal.at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return [
        f"Proposed by cockpit from what {proposal.url} knew on {day}.",
        "What is marked as guessed nobody has said yet: put it right, and remove the mark.",
        "`cockpit lint` tells what is still missing.",
    ]


def _foot(proposal: Proposal) -> list[str]:
    return [f"Note: {remark}" for remark in proposal.remarks]


def _main(proposal: Proposal) -> Mapping[str, Value]:
    found: dict[str, Value] = {
        **_BEGIN,
        "metadata": {"name": proposal.name, "title": proposal.title},
        "prometheus": [{"name": SERVER, "url": proposal.url}],
    }
    if proposal.connection:
        found["prometheus"] = [
            {"name": SERVER, "url": proposal.url, "http_config": Noted(dict(proposal.connection))}
        ]
    if defaults := _defaults(proposal):
        found["defaults"] = defaults
    if proposal.teams:
        why = "alerting rules name it; how is it reached? Add oncall"
        found["teams"] = [{"name": guessed(team, why)} for team in proposal.teams]
    return found


def _defaults(proposal: Proposal) -> Mapping[str, Value]:
    found: dict[str, Value] = {}
    if proposal.scrape is not None:
        found["scrape"] = guessed(duration(proposal.scrape), "so far apart samples of `up` are")
    label = proposal.choice.label if proposal.choice else ""
    if label and label not in USUAL_LABELS:
        found["alert_labels"] = guessed([label, *USUAL_LABELS], "alerts may name a service as metrics do")
    return found


def _about_services(proposal: Proposal) -> Iterator[str]:
    yield "What runs here, as far as its metrics tell."
    for other, others in proposal.choice.others if proposal.choice else ():
        if other in LABELS:
            yield f"By label {other} there would be {others}: cockpit init --label {other}"


def _by_label(proposal: Proposal) -> str:
    return f"by label {proposal.choice.label}, {proposal.choice.why}" if proposal.choice else ""


def _services(proposal: Proposal) -> list[Value]:
    return [_service(service, proposal) for service in proposal.services]


def _service(service: ProposedService, proposal: Proposal) -> Mapping[str, Value]:
    found: dict[str, Value] = {"name": _marked(service.name, service.why)}
    if service.type:
        found["type"] = guessed(service.type, "by what knows it")
    if service.owner:
        found["owner"] = _guess(service.owner)
    if service.tier:
        found["tier"] = _guess(service.tier)
    if service.uses:
        found["signals"] = [_marked(_use(use, proposal), use.why) for use in service.uses]
    if service.needs:
        found["dependsOn"] = [
            guessed({"to": need.value, "unreviewed": True}, need.why) for need in service.needs
        ]
    if service.pages:
        found["links"] = [guessed({"type": "runbook", "url": page.value}, page.why) for page in service.pages]
    return found


def _use(use: Use, proposal: Proposal) -> Mapping[str, Value]:
    found: dict[str, Value] = {"use": use.preset, **dict(use.said)}
    # Presets take a sample of more than a minute for old, which here may be the newest there is.
    if proposal.scrape is not None and 3 * proposal.scrape > USUAL_AGE.get(use.preset, 60.0):
        found["max_age"] = duration(3 * proposal.scrape)
    return found


def _guess(guess: Guess) -> Noted:
    return guessed(guess.value, guess.why)


def _marked(value: Value, why: str) -> Value:
    return guessed(value, why) if why else value
