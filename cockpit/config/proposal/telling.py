"""What was found, in a few lines, and the next command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cockpit.config.proposal.labels import told_others
from cockpit.config.proposal.shape import Proposal
from cockpit.text import clean, join_names, plural


def told(proposal: Proposal) -> Iterator[str]:
    """For people, a line each."""
    yield f"{proposal.url} knows of {found(proposal)}."
    if proposal.choice and proposal.services:
        others = f" It could also be: {told_others(proposal.choice)}." if proposal.choice.others else ""
        yield f"Told apart by label {proposal.choice.label}: {proposal.choice.why}.{others}"
    presets = Counter(use.preset for service in proposal.services for use in service.uses)
    if presets:
        yield f"Presets: {', '.join(f'{name} ({count})' for name, count in presets.most_common())}."
    silent = [clean(each.name) for each in proposal.services if not each.uses]
    if silent:
        yield f"No signal for {join_names(silent, 3)}: no shipped preset reads their metrics."
    owned = sum(each.owner is not None for each in proposal.services)
    if proposal.services:
        yield f"Owners, from alerting rules: {owned} of {len(proposal.services)}."
    for remark in proposal.remarks:
        yield f"Note: {remark}."


def found(proposal: Proposal) -> str:
    """ "9 services and 2 calls that nobody has reviewed"."""
    calls = sum(len(each.needs) for each in proposal.services)
    services = plural(len(proposal.services), "service")
    return (
        f"{services} and {plural(calls, 'call')} between them that nobody has reviewed" if calls else services
    )
