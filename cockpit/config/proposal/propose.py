"""From what a Prometheus knows to a configuration: pure, and the same for the same facts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlsplit

from cockpit.config.ids import free, slug
from cockpit.config.proposal import beside, labels, people
from cockpit.config.proposal.labels import BY_NAME, LEAST
from cockpit.config.proposal.naming import LONGEST, is_name, is_writable, quoted
from cockpit.config.proposal.questions import BY_RULES, key_of, signal_names
from cockpit.config.proposal.shape import Choice, Guess, Proposal, ProposedService, Use
from cockpit.core.known import Known
from cockpit.core.seen_edges import CALLERS_OWN, SeenEdge
from cockpit.text import join_names, plural

MOST_SERVICES: Final = 5_000
MOST_NEEDS: Final = 100
"""Of one service; a gateway that calls everybody would drown the picture."""
_KINDS: Final = {"database": "database", "virtual_node": "external"}


def propose(known: Known, label: str = "") -> Proposal:
    """`label` is what a person wants services told apart by; empty: the one that does it best."""
    return _Proposing(known, labels.choose(known, label), asked_for=bool(label)).proposal()


@dataclass(slots=True)
class _Proposing:
    known: Known
    choice: Choice | None
    asked_for: bool = False
    """A person has said which label."""
    names: dict[str, str] = field(default_factory=dict)
    """Services by what the label, or tracing, calls them; in the end the same text nearly always."""
    found: dict[str, ProposedService] = field(default_factory=dict)
    unwritable: Counter[str] = field(default_factory=Counter)
    """By preset: keys that are no names."""
    remarks: list[str] = field(default_factory=list)

    def proposal(self) -> Proposal:
        self._from_label()
        self._from_requests()
        for thing in beside.things(self.known.keys, self.names, self.remarks):
            self._add_thing(thing)
        for preset, count in self.unwritable.items():
            keys = plural(count, f"key of preset {preset}", f"keys of preset {preset}")
            self.remarks.append(f"{keys} left out: not to be written down")
        self._from_graph()
        self._from_rules()
        self._last_resort()
        self._leftovers()
        address = urlsplit(self.known.url).netloc.rpartition("@")[2]
        teams = sorted({each.owner.value for each in self.found.values() if each.owner})
        return Proposal(
            name=slug(address),
            title=f"{address}, proposed",
            url=self.known.url,
            at=self.known.at,
            choice=self.choice,
            services=tuple(self.found[name] for name in sorted(self.found)),
            teams=tuple(teams),
            scrape=self.known.scrape,
            remarks=(*self.remarks, *filter(is_writable, dict.fromkeys(self.known.notes))),
        )

    def _from_label(self) -> None:
        if self.choice is None:
            return
        values = labels.values(self.known.carriers, self.choice.label)
        jobs = _jobs(self.known, self.choice.label)
        for value in self._usable(values, "value of the label", "values of the label"):
            self.names[value] = value
            uses = (*self._by_name(value), *_alive(self.known, value, jobs))
            self._put(ProposedService(value, uses=uses))

    def _from_requests(self) -> None:
        """Who answers HTTP under a name of its own is a service, whatever label tells the others apart."""
        if self.asked_for:
            return
        new = sorted(self.known.keys.get("otel-http", frozenset()) - self.found.keys())
        for name in self._usable(new, "name of preset otel-http", "names of preset otel-http"):
            if name not in self.names:
                self.names[name] = name
                uses = tuple(self._by_name(name))
                self._put(ProposedService(name, why="preset otel-http answers for it", uses=uses))

    def _by_name(self, name: str) -> list[Use]:
        """Presets whose query really answers for this name."""
        uses = [Use(preset) for preset in BY_NAME if name in self.known.keys.get(preset, ())]
        if not uses and name in self.known.keys.get("http-client", ()):
            uses.append(Use("http-client", why="seen by its callers only"))
        return uses

    def _usable(self, values: Iterable[str], one: str, many: str) -> list[str]:
        """Those that can be written down, as many as a cockpit takes."""
        every = list(values)
        good = [value for value in every if is_name(value)]
        if odd := len(every) - len(good):
            self.remarks.append(
                f"{plural(odd, one, many)} left out: not to be written down (control characters, "
                f"blanks around, a password, or over {LONGEST} characters)"
            )
        room = max(0, MOST_SERVICES - len(self.found))
        if len(good) > room:
            self.remarks.append(
                f"{plural(len(good) - room, one, many)} left out: {MOST_SERVICES:,} services are enough"
            )
        return good[:room]

    def _add_thing(self, thing: beside.Thing) -> None:
        """To the service of that name, else as one of its own."""
        parameter = key_of(thing.preset)
        if not is_name(thing.key) or not is_name(thing.name):
            self.unwritable[thing.preset] += 1
            return
        own = self.found.get(thing.name)
        if own is not None and any(use.preset == thing.preset for use in own.uses):
            own, thing = None, thing._replace(name=free(thing.name, self.found))
        if own is None and len(self.found) >= MOST_SERVICES:
            return
        said = () if thing.key == thing.name else ((parameter, thing.key),)
        use = Use(thing.preset, said, why=thing.why if own else "")
        if own is None:
            self._put(ProposedService(thing.name, type=thing.type, why=thing.why, uses=(use,)))
        else:
            self._put(replace(own, type=own.type or thing.type, uses=(*own.uses, use)))

    def _from_graph(self) -> None:
        edges = [each for each in sorted(self.known.edges) if each.caller != each.callee]
        ends: dict[str, str] = {}
        for edge in edges:
            if edge.caller not in CALLERS_OWN:
                ends.setdefault(edge.caller, "")
            ends[edge.callee] = ends.get(edge.callee) or _KINDS.get(edge.kind, "")
        new = [name for name in ends if name not in self.names and name not in self.found]
        for name in self._usable(new, "end of a seen call", "ends of seen calls"):
            uses = tuple(self._by_name(name))
            self._put(ProposedService(name, type=ends[name], why="tracing knows it", uses=uses))
        crowded: list[tuple[str, int]] = []
        for caller, callees in _by_caller(edges):
            service = self.found.get(caller)
            needs = [name for name in callees if name in self.found and name != caller]
            if service is None or not needs:
                continue
            if len(needs) > MOST_NEEDS:
                crowded.append((caller, len(needs)))
            why = "seen in traces of the last hour; hard, until somebody says soft"
            self._put(replace(service, needs=tuple(Guess(name, why) for name in needs[:MOST_NEEDS])))
        self._crowded(crowded)

    def _crowded(self, callers: Sequence[tuple[str, int]]) -> None:
        if len(callers) > 1:
            names = join_names([quoted(caller) for caller, _ in callers], 3)
            self.remarks.append(f"of the services that {names} call, {MOST_NEEDS} each are listed")
        for caller, count in callers if len(callers) == 1 else ():
            self.remarks.append(
                f"of the {count} services that {quoted(caller)} calls, {MOST_NEEDS} are listed"
            )

    def _from_rules(self) -> None:
        label = self.choice.label if self.choice else ""
        said = people.said_of(self.known.rules, label, {name: name for name in self.found})
        for name, told in said.items():
            self._put(replace(self.found[name], owner=told.owner(), tier=told.tier(), pages=told.guides()))

    def _last_resort(self) -> None:
        """Preset `alerts`, where nothing better fits and a rule really names the service."""
        alerted = people.alerted(self.known.rules)
        for service in [*self.found.values()]:
            better = any(use.preset != LEAST for use in service.uses)
            if not better and service.name in alerted:
                use = Use(BY_RULES, why="alerting rules name it, and nothing better fits")
                self._put(replace(service, uses=(*service.uses, use)))

    def _leftovers(self) -> None:
        """What other labels tell apart that is no service here."""
        for preset, what in (("kubernetes-deployment", "deployment"), ("slo-burn", "objective")):
            keys = self.known.keys.get(preset, frozenset()) - self.found.keys()
            if keys:
                names = join_names([quoted(each) for each in sorted(keys)], 3)
                self.remarks.append(f"{plural(len(keys), what)} with no service of that name: {names}")

    def _put(self, service: ProposedService) -> None:
        self.found[service.name] = replace(service, uses=_apart(service.uses))


def _alive(known: Known, value: str, jobs: Mapping[str, str]) -> Iterator[Use]:
    """Whether it can be scraped, by the job of this name or the only job that is this service's alone."""
    scraped = known.keys.get(LEAST, frozenset())
    if value in scraped:
        yield Use(LEAST)
    elif jobs.get(value) in scraped and is_name(jobs[value]):
        yield Use(LEAST, ((key_of(LEAST), jobs[value]),), why="the job that has only series of this service")


def _jobs(known: Known, label: str) -> Mapping[str, str]:
    """Service to job where each belongs to the other alone."""
    if label == "job":
        return {}
    of_service: dict[str, set[str]] = {}
    of_job: dict[str, set[str]] = {}
    for each in known.carriers:
        service, job = each.labels.get(label, ""), each.labels.get("job", "")
        if job and each.metric != LEAST:
            of_job.setdefault(job, set()).add(service)
            of_service.setdefault(service, set()).add(job)
    return {
        service: next(iter(jobs))
        for service, jobs in of_service.items()
        if service and len(jobs) == 1 and of_job[next(iter(jobs))] == {service}
    }


def _by_caller(edges: Iterable[SeenEdge]) -> Iterator[tuple[str, list[str]]]:
    found: dict[str, dict[str, None]] = {}
    for edge in edges:
        found.setdefault(edge.caller, {})[edge.callee] = None
    return ((caller, list(callees)) for caller, callees in found.items())


def _apart(uses: tuple[Use, ...]) -> tuple[Use, ...]:
    """Two presets may call a signal the same; the later one's then begin with its own name."""
    taken: set[str] = set()
    apart = []
    for use in uses:
        names = signal_names(use.preset)
        if taken.intersection(names) and not any(key == "prefix" for key, _ in use.said):
            prefix = re.sub(r"[^A-Za-z0-9_-]", "-", use.preset) + "-"
            use = replace(use, said=(*use.said, ("prefix", prefix)))
            names = tuple(prefix + name for name in names)
        taken.update(names)
        apart.append(use)
    return tuple(apart)
