"""Hours of a small world, said as numbers, and what a back-test makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from cockpit.core.backtest.account import Account
from cockpit.core.backtest.model import Seen
from cockpit.core.model import Model
from cockpit.core.poll import Poll
from cockpit.core.slots import lay_out
from tests.core.health.world import Answer, Said, columns

START = 1_700_000_000.0
STEP = 30.0
Told = Mapping[str, Answer]
"""By `owner` or `owner.signal`; 0.5 (OK) for what is not named."""


def polls(model: Model, told: Iterable[Told], step: float = STEP, **more: Any) -> Iterator[Poll]:
    """One each `step` seconds from `START` on."""
    slots = lay_out(model)
    for number, says in enumerate(told):
        samples = {
            template.number: columns(
                (_answer(says, slot.owner, slot.signal.name) for slot in slots.of(template)), False
            )
            for template in slots.templates
        }
        yield Poll(START + number * step, samples, **more)


def _answer(says: Told, owner: str, signal: str) -> Said:
    said = says.get(f"{owner}.{signal}", says.get(owner, 0.5))
    return said if isinstance(said, Said) else Said(said)


def hours(count: float, says: Callable[[float], Told], step: float = STEP) -> list[Told]:
    """`says` is asked with the seconds since the start."""
    return [says(number * step) for number in range(int(count * 3600 / step))]


def seen(model: Model, told: Iterable[Told], step: float = STEP) -> Seen:
    account = Account(model, lambda state: [], step)
    for poll in polls(model, told, step):
        account.see(poll)
    return account.told()


def between(at: float, begin: float, end: float) -> bool:
    return begin <= at < end
