"""A kill switch as it stands: what is stored, what the record says of it, and what may be done now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from cockpit.core.flagd_edit import same
from cockpit.core.flips import OUTCOMES, Flip, Flips, Kind, Place, Story
from cockpit.core.levels import Instant
from cockpit.core.model import KillSwitch, Model
from cockpit.core.protection import is_protected_flag
from cockpit.core.runbook.work import FlagCapabilities, FlagChange, FlagState

DOUBT = "whether the last change was applied is not known"
NOT_ASKED = "its store has not been asked yet"
NOT_RUN = "its store is a command, which runs only when somebody asks (p)"


@dataclass(frozen=True, slots=True)
class SwitchLook:
    """What its store said of a switch when it was asked last; it ages, and is never more than that."""

    at: Instant | None = None
    """When the store was asked; None: never."""
    stored: FlagState | None = None
    trouble: str = ""
    """Why what is stored could not be read; without it, and nothing stored, there is no such flag."""
    can: FlagCapabilities = field(default_factory=FlagCapabilities)


@dataclass(frozen=True, slots=True)
class SwitchSeen:
    switch: KillSwitch
    env: str
    stored: FlagState | None = None
    trouble: str = ""
    """Why what is stored could not be read."""
    story: Story = field(default_factory=Story)
    can: FlagCapabilities = field(default_factory=FlagCapabilities)
    phrase: str = ""
    """What has to be typed before it is moved; empty: a key will do."""
    at: Instant | None = None
    """When its store was asked; None: never."""

    @property
    def killed(self) -> bool | None:
        """By what is stored; None: it could not be read."""
        return None if self.stored is None else same(self.stored.value, self.switch.kill)

    @property
    def doubtful(self) -> bool:
        return self.story.doubtful

    @property
    def standing(self) -> Flip | None:
        return self.story.standing

    @property
    def mismatch(self) -> str:
        """Where what is stored and what is on record differ; empty: they agree, or cannot be compared."""
        standing, stored = self.standing, self.stored
        if stored is None or self.doubtful:
            return ""
        if standing is None:
            return "it is killed, and not by anybody on this record" if self.killed else ""
        if not same(stored.value, standing.want):
            return "on record it is moved, and it is not: somebody else has turned it"
        after = self.story.chain[-1].after
        if after and after.revision and stored.revision and after.revision != stored.revision:
            return "somebody has changed it since"
        return ""

    def overdue(self, now: Instant) -> bool:
        """Nothing turns itself on again: it only reminds."""
        standing = self.standing
        return standing is not None and standing.expires_at is not None and standing.expires_at <= now


def environments(model: Model, switch: KillSwitch) -> tuple[str, ...]:
    """Where it can be moved: each environment of its store, in the order of the configuration."""
    return next((each.environments for each in model.flags if each.name == switch.provider), ("default",))


def is_command(model: Model, switch: KillSwitch) -> bool:
    """Whether looking at it runs a program that the configuration names."""
    return any(each.name == switch.provider and each.provider == "command" for each in model.flags)


def every(model: Model) -> Iterator[tuple[KillSwitch, str]]:
    """Each switch in each of its environments."""
    return ((switch, env) for switch in model.kill_switches for env in environments(model, switch))


def place_of(switch: KillSwitch, env: str) -> Place:
    return switch.provider, env, switch.key


def seen_in(
    model: Model, looks: Mapping[Place, SwitchLook], flips: Flips, switch: KillSwitch, env: str
) -> SwitchSeen:
    """What was looked at last, and what is on record, in one."""
    place = place_of(switch, env)
    look = looks.get(place) or SwitchLook(trouble=NOT_RUN if is_command(model, switch) else NOT_ASKED)
    return SwitchSeen(
        switch,
        env,
        look.stored,
        look.trouble,
        flips.of(*place),
        look.can,
        phrase_of(model, switch, env),
        look.at,
    )


def as_shown(now: SwitchSeen, shown: FlagState | None) -> SwitchSeen:
    """What a person has seen is moved; where it looks different by now, the store finds the conflict."""
    if shown is None or (now.stored is not None and _looks_same(now.stored, shown)):
        return now
    return replace(now, stored=shown)


def _looks_same(one: FlagState, other: FlagState) -> bool:
    """By what is on the screen of it: a revision is not, and may change with what nobody looks at."""
    return same(one.value, other.value) and one.hazards == other.hazards


def came_of(kind: Kind, key: str, env: str, change: FlagChange) -> str:
    why = f" ({change.reason})" if change.reason else ""
    return f"{kind} {key}@{env}: {OUTCOMES[change.outcome]}{why}"


def phrase_of(model: Model, switch: KillSwitch, env: str) -> str:
    """`key@env` where the switch wants it typed, or what is there is protected."""
    typed = switch.confirm == "type" or is_protected_flag(model, switch.provider, env)
    return f"{switch.key}@{env}" if typed else ""


def kill_warnings(seen: SwitchSeen) -> tuple[str, ...]:
    """What to know before killing; none of it stands in the way of a kill."""
    found = []
    if seen.stored is None:
        why = seen.trouble or "there is no such flag"
        found.append(f"what is stored cannot be read, so there will be no way back from here: {why}")
    else:
        found += seen.stored.hazards
    if seen.doubtful:
        found.append(f"{DOUBT}; a kill may be pressed again")
    return (*found, *filter(None, [seen.mismatch]), *_manner(seen))


def restore_warnings(seen: SwitchSeen) -> tuple[str, ...]:
    return _manner(seen)


def _manner(seen: SwitchSeen) -> tuple[str, ...]:
    if seen.can.compare_and_set:
        return ()
    return ("checked, not atomic: somebody else may move it at the same moment",)


def restore_objection(seen: SwitchSeen) -> str:
    """Why it may not be put back from here now; empty: it may."""
    if seen.doubtful:
        return f"{DOUBT}, so it is not put back blindly: look at it, or kill again"
    if seen.stored is None:
        return seen.trouble or "there is no such flag"
    if seen.standing is None:
        return f"{seen.mismatch}, so what stood there before is not known" if seen.killed else ""
    if seen.standing.before is None:
        return "what stood there before could not be read when it was killed"
    return seen.mismatch


def owner_of(model: Model, switch: KillSwitch) -> str:
    """Who is reminded: the owner of what it protects, else of the store."""
    services = {service.name: service.owner for service in model.services}
    stores = {store.name: store.owner for store in model.flags}
    return services.get(switch.service) or stores.get(switch.provider, "")


def readonly(model: Model) -> bool:
    return model.access.readonly
