"""A proposal as files that people keep: strict YAML, and beside every guess why it was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from cockpit.config.durations import duration
from cockpit.config.proposal.naming import quoted, scalar
from cockpit.config.proposal.questions import BY_RULES
from cockpit.config.proposal.shape import Guess, Proposal, ProposedService, Use
from cockpit.core.known import LABELS
from cockpit.text import plural

MAIN: Final = "cockpit.yaml"
SERVICES: Final = "services.yaml"
SERVER: Final = "main"
USUAL_LABELS: Final = ("service", "job", "app")
_BEGIN: Final = "apiVersion: cockpit/v1\nkind: Cockpit\n"


def written(proposal: Proposal) -> Mapping[str, str]:
    """By file name; what the strict loader takes without an error."""
    files = {MAIN: "\n".join([*_main(proposal), ""])}
    if proposal.services:
        files[SERVICES] = "\n".join([*_services(proposal), ""])
    return files


def _main(proposal: Proposal) -> Iterator[str]:
    yield f"# Proposed by cockpit from what {quoted(proposal.url)} knew on {_day(proposal)}."
    yield "# What is marked `guessed` nobody has said yet: put it right, and remove the mark."
    yield "# `cockpit lint` tells what is still missing."
    yield _BEGIN.rstrip()
    yield f"metadata: {{name: {scalar(proposal.name)}, title: {scalar(proposal.title)}}}"
    yield f"prometheus: [{{name: {SERVER}, url: {scalar(proposal.url)}}}]"
    yield from _defaults(proposal)
    if proposal.teams:
        yield "teams:"
        for team in proposal.teams:
            yield f"  - name: {scalar(team)}{_mark('alerting rules name it; how is it reached? add oncall')}"
    for remark in proposal.remarks:
        yield f"# Left out: {quoted(remark)[1:-1]}"


def _defaults(proposal: Proposal) -> Iterator[str]:
    label = proposal.choice.label if proposal.choice else ""
    lines = []
    if proposal.scrape is not None:
        why = "how far apart samples of `up` are"
        lines.append(f"  scrape: {duration(proposal.scrape)}{_mark(why)}")
    if label and label not in USUAL_LABELS:
        names = ", ".join((label, *USUAL_LABELS))
        lines.append(f"  alert_labels: [{names}]{_mark('alerts may name a service as metrics do')}")
    if lines:
        yield "defaults:"
        yield from lines


def _services(proposal: Proposal) -> Iterator[str]:
    yield "# What runs here, as far as its metrics tell."
    yield _BEGIN.rstrip()
    if proposal.choice:
        label, count = proposal.choice.label, proposal.choice.count
        yield f"# guessed: {plural(count, 'service')} by label {label}: {proposal.choice.why}."
        for other, others in proposal.choice.others:
            if other in LABELS:
                yield f"#   {other} has {plural(others, 'name')}: cockpit init --label {other}"
    yield "services:"
    for service in proposal.services:
        yield from _service(service, proposal)


def _service(service: ProposedService, proposal: Proposal) -> Iterator[str]:
    yield f"  - name: {scalar(service.name)}{_mark(service.why)}"
    if service.type:
        yield f"    type: {service.type}{_mark('by what knows it')}"
    if service.owner:
        yield f"    owner: {scalar(service.owner.value)}{_mark(service.owner.why)}"
    if service.tier:
        yield f"    tier: {quoted(service.tier.value)}{_mark(service.tier.why)}"
    if service.uses:
        yield "    signals:"
        for use in service.uses:
            yield f"      - {_use(use, proposal)}{_mark(use.why)}"
    if service.needs:
        yield "    dependsOn:"
        for need in service.needs:
            yield f"      - {{to: {scalar(need.value)}, unreviewed: true}}{_mark(need.why)}"
    if service.pages:
        yield "    links:"
        for page in service.pages:
            yield f"      - {_page(page)}{_mark(page.why)}"


def _use(use: Use, proposal: Proposal) -> str:
    said = [("use", use.preset), *use.said]
    pairs = [f"{key}: {scalar(value)}" for key, value in said]
    if proposal.scrape is not None and proposal.scrape > 20 and use.preset != BY_RULES:
        # Presets take a sample of more than a minute for old, which here may be the newest there is.
        pairs.append(f"max_age: {duration(3 * proposal.scrape)}")
    return f"{{{', '.join(pairs)}}}"


def _page(page: Guess) -> str:
    return f"{{type: runbook, url: {quoted(page.value)}}}"


def _mark(why: str) -> str:
    return f"  # guessed: {why}" if why else ""


def _day(proposal: Proposal) -> str:
    return datetime.fromtimestamp(proposal.at, UTC).strftime("%Y-%m-%d %H:%M UTC")
