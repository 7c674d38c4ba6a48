"""Who answers for a service, how important it is, and what helps, as alerting rules have it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from cockpit.config.proposal.naming import is_name, is_page, quoted
from cockpit.config.proposal.shape import Guess
from cockpit.core.known import LABELS, AlertRule
from cockpit.text import plural

OWNING: Final = ("team", "owner", "owned_by", "squad")
PAGES: Final = ("runbook_url", "runbook")
MOST_PAGES: Final = 5
MANY: Final = 10
"""A rule that names more services than this is about all of them and says nothing of any."""
_tier: Final = re.compile(r"(?:tier[-_ ]?|t)?([1-4])", re.IGNORECASE)


@dataclass(slots=True)
class Said:
    """What rules say of one service: how many rules say each."""

    owners: Counter[str] = field(default_factory=Counter)
    tiers: Counter[str] = field(default_factory=Counter)
    pages: dict[str, str] = field(default_factory=dict)
    """By URL the rule that names it first."""
    rules: int = 0

    def owner(self) -> Guess | None:
        return _most(self.owners, self.rules)

    def tier(self) -> Guess | None:
        return _most(self.tiers, self.rules)

    def guides(self) -> tuple[Guess, ...]:
        found = sorted(self.pages.items())[:MOST_PAGES]
        return tuple(Guess(url, f"runbook of the alert {quoted(rule)}") for url, rule in found)


def said_of(rules: Sequence[AlertRule], label: str, names: Mapping[str, str]) -> Mapping[str, Said]:
    """By service; `names` are services by what `label` calls them."""
    found: dict[str, Said] = defaultdict(Said)
    for rule in rules:
        concerned = {names[value] for value in _named(rule, label) if value in names}
        if len(concerned) > MANY:
            continue
        for service in concerned:
            _listen(found[service], rule)
    return found


def alerted(rules: Sequence[AlertRule]) -> frozenset[str]:
    """Values of the label `service` in rules: whom preset `alerts` can read."""
    return frozenset(value for rule in rules for label, value in rule.names if label == "service")


def _named(rule: AlertRule, label: str) -> Iterator[str]:
    """What it says of itself comes before what its query asks for: that may be somebody else's metric."""
    labels = (label, *LABELS)
    own = [rule.labels[each] for each in labels if each in rule.labels]
    yield from own or [value for each, value in rule.names if each in labels]


def _listen(said: Said, rule: AlertRule) -> None:
    said.rules += 1
    text = {**rule.annotations, **rule.labels}
    if owner := next(
        (text[key] for key in OWNING if is_name(text.get(key, "")) and "{{" not in text[key]), ""
    ):
        said.owners[owner] += 1
    if tier := _tier.fullmatch(text.get("tier", "").strip()):
        said.tiers[tier[1]] += 1
    for key in PAGES:
        if is_page(text.get(key, "")):
            said.pages.setdefault(text[key], rule.name)


def _most(counted: Counter[str], rules: int) -> Guess | None:
    if not counted:
        return None
    # Of two that are named equally often the same one every time.
    value, count = min(counted.items(), key=lambda each: (-each[1], each[0]))
    return Guess(
        value, f"{count} of {plural(rules, 'alerting rule')} about it {'says' if count == 1 else 'say'} so"
    )
