"""Asks a Prometheus that nobody has configured what it knows: six cheap requests, in two rounds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from cockpit.adapters.http_trouble import Trouble
from cockpit.adapters.prometheus_alerts import named_by, texts
from cockpit.adapters.prometheus_server import Server
from cockpit.adapters.seen_edges import edges_of, question
from cockpit.core.known import (
    ALIVE,
    LABELS,
    REQUESTS,
    THINGS,
    AlertRule,
    Carrier,
    KeyQuestion,
    Known,
    scrape_interval,
)
from cockpit.core.levels import Seconds
from cockpit.core.model import MetricServer
from cockpit.core.promql_text import quote
from cockpit.core.queries import Question, Vector
from cockpit.core.seen_edges import SeenEdge

PATIENCE: Final[Seconds] = 10.0
"""For everything together; who waits has a terminal in front of them."""
MOST_CARRIERS: Final = 20_000
MOST_KEYS: Final = 20_000
MOST_RULES: Final = 10_000
MOST_NAMES: Final = 100_000
LOOK_BACK: Final[Seconds] = 3_600.0

KeyQuestions: TypeAlias = Callable[[frozenset[str], Seconds | None], Mapping[str, KeyQuestion]]
"""From the metrics that are there, and how far apart samples are: a question for each preset, by its name."""

_SCRAPE: Final = " or ".join(
    f'label_replace(quantile(0.5, count_over_time(up[{window}])), "window", "{window}", "window", "")'
    for window in ("1m", "5m")
)


async def known(
    server: MetricServer, ask_for: KeyQuestions, label: str = "", patience: Seconds = PATIENCE
) -> Known:
    """`label` is one more that may tell services apart. Raises CockpitError when it cannot be asked.

    What only some servers know (rules, traces) may be missing and is told in `notes`.
    """
    asked = Server(server.url, server.http_config)
    asking = _Asking(asked, patience)
    try:
        async with asyncio.timeout(patience):
            await asked.connection.refresh()
            return await asking.all(server.url, ask_for, label)
    except TimeoutError:
        hint = "is it overloaded, or is a firewall in between?"
        raise Trouble(f"no answer within {patience:g} s", hint, whole=True) from None
    except Trouble as trouble:
        raise await asked.explain(trouble) from trouble
    finally:
        await asked.close()


class _Asking:
    def __init__(self, server: Server, patience: Seconds) -> None:
        self.server = server
        self.patience = patience
        self.notes: list[str] = []

    async def all(self, url: str, ask_for: KeyQuestions, label: str) -> Known:
        # The names first and alone: one that is no Prometheus, or knows us not, says so once.
        metrics = await self.metrics()
        scrape = await self.scrape(metrics)
        questions = ask_for(metrics, scrape)
        asked = asyncio.create_task(self.carriers(metrics, label)), asyncio.create_task(self.keys(questions))
        also = asyncio.create_task(self.edges()), asyncio.create_task(self.rules())
        try:
            carriers, keys, edges, rules = await asyncio.gather(asked[0], asked[1], also[0], also[1])
        finally:
            # None may go on with a connection that is about to be closed.
            for job in (*asked, *also):
                job.cancel()
            await asyncio.wait((*asked, *also))
        at = time.time()
        return Known(url, at, carriers, keys, edges, rules, scrape, tuple(self.notes))

    async def metrics(self) -> frozenset[str]:
        since = time.time() - LOOK_BACK
        names = await self.server.data(f"api/v1/label/__name__/values?start={since:.0f}", _names)
        if len(names) > MOST_NAMES:
            self.notes.append(f"of its metrics only {MOST_NAMES:,} were looked at")
        return frozenset(names[:MOST_NAMES])

    async def scrape(self, metrics: frozenset[str]) -> Seconds | None:
        if "up" not in metrics:
            return None
        counts = (await self._vector(Question(_SCRAPE, ("window",)))).series
        one, five = (next(iter(counts.get((window,), ())), None) for window in ("1m", "5m"))
        return scrape_interval(one, five)

    async def carriers(self, metrics: frozenset[str], label: str) -> tuple[Carrier, ...]:
        telling = [name for name in (*REQUESTS, *THINGS, *ALIVE) if name in metrics]
        if not telling:
            return ()
        labels = tuple(dict.fromkeys((*LABELS, *([label] if label else []))))
        by = ("__name__", *labels)
        counted = f"count by ({', '.join(by)}) ({{__name__=~{quote('|'.join(telling))}}})"
        vector = await self._vector(Question(f"topk({MOST_CARRIERS}, {counted})", by))
        if len(vector.series) >= MOST_CARRIERS:
            self.notes.append(f"only its {MOST_CARRIERS:,} largest groups of series were looked at")
        return tuple(
            Carrier(metric, _there(labels, values), int(sum(counts)))
            for (metric, *values), counts in sorted(vector.series.items())
        )

    async def keys(self, questions: Mapping[str, KeyQuestion]) -> Mapping[str, frozenset[str]]:
        """All presets in one question; where one of them upsets the server, each in a question of its own."""
        if not questions:
            return {}
        try:
            return await self._found(questions)
        except Trouble as trouble:
            if not trouble.reached:
                raise
        found: dict[str, frozenset[str]] = {}
        for preset, asked in questions.items():
            try:
                found |= await self._found({preset: asked})
            except Trouble as trouble:
                if not trouble.reached:
                    raise
                self.notes.append(f"preset {preset} could not be tried: {trouble.message}")
        return found

    async def _found(self, questions: Mapping[str, KeyQuestion]) -> Mapping[str, frozenset[str]]:
        together = "\nor ".join(_marked(preset, asked) for preset, asked in questions.items())
        by = ("cockpit_preset", "cockpit_key")
        vector = await self._vector(
            Question(f"topk({MOST_KEYS}, count by ({', '.join(by)}) (\n{together}\n))", by)
        )
        found: dict[str, set[str]] = {}
        for preset, key in vector.series:
            if key:
                found.setdefault(preset, set()).add(key)
        return {preset: frozenset(keys) for preset, keys in found.items()}

    async def edges(self) -> frozenset[SeenEdge]:
        try:
            return edges_of(await self._vector(question(LOOK_BACK)))
        except Trouble as trouble:
            if trouble.whole:
                raise
            self.notes.append(f"who calls whom could not be asked: {trouble.message}")
            return frozenset()

    async def rules(self) -> tuple[AlertRule, ...]:
        # Long-term stores answer queries and know no rules: worth a note, no failure.
        try:
            return await self.server.data("api/v1/rules?type=alert", _rules)
        except Trouble as trouble:
            self.notes.append(f"its alerting rules cannot be read: {trouble.message}")
            return ()

    async def _vector(self, asked: Question) -> Vector:
        heard = await self.server.instant(asked, self.patience)
        self.notes += [f"an answer is partial: {warning}" for warning in heard.warnings[:1]]
        return heard.vector


def _marked(preset: str, asked: KeyQuestion) -> str:
    """The preset's answer with its own name and key in labels that all answers have in common."""
    keyed = f'label_replace({asked.text}, "cockpit_key", "$1", "{asked.label}", "(?s)(.+)")'
    return f'label_replace({keyed}, "cockpit_preset", {quote(preset)}, "cockpit_preset", "")'


def _there(labels: Sequence[str], values: Sequence[str]) -> dict[str, str]:
    return {label: value for label, value in zip(labels, values, strict=True) if value}


def _names(data: Any) -> list[str]:
    if not isinstance(data, list):
        raise TypeError("names are no list")
    return [str(name) for name in data]


def _rules(data: Any) -> tuple[AlertRule, ...]:
    found = [rule for group in data["groups"] for rule in group["rules"]]
    return tuple(
        AlertRule(
            str(rule.get("name", "")),
            texts(rule.get("labels") or {}),
            texts(rule.get("annotations") or {}),
            frozenset(named_by(rule)),
        )
        for rule in found[:MOST_RULES]
        if rule.get("type", "alerting") == "alerting" and rule.get("health") == "ok"
    )
