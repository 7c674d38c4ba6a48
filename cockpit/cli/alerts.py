"""`cockpit alerts`: what fires and what is quiet; silences, made and ended after a look at what they hide."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cockpit.cli.acting import HELD, REFUSED, UNKNOWN, in_world
from cockpit.cli.confirming import Confirmed, Said
from cockpit.cli.output import say, say_json, width
from cockpit.cli.settings import Settings
from cockpit.core.events import Event, Reported
from cockpit.core.runbook.work import Answered
from cockpit.errors import JournalError, RunRefused, UsageError
from cockpit.text import clean

if TYPE_CHECKING:
    from cockpit.core.levels import Seconds
    from cockpit.core.poll import Silenced
    from cockpit.core.state import State
    from cockpit.engine.runs.world import World

EXITS = {Answered.DONE: 0, Answered.REFUSED: REFUSED, Answered.UNKNOWN: UNKNOWN}


def alerts(settings: Settings, *, json: bool, cluster: str = "") -> int:
    """0 known, 3 nobody could tell; of `cluster` alone where one is named."""

    async def work(world: World) -> int:
        from cockpit.cli.clusters import known_cluster
        from cockpit.views import alert_lines
        from cockpit.views.alerts import is_known

        known_cluster(world.model, cluster)
        state, now = await _looked(settings, world), world.clock.now()
        if json:
            say_json(alert_lines.document(state, now, cluster), indent=True)
        else:
            say(alert_lines.lines(state, now, width(), cluster), ascii=settings.ascii)
        return 0 if is_known(state, cluster) else UNKNOWN

    return in_world(settings, work, reads_only=True)


async def _looked(settings: Settings, world: World) -> State:
    """Without a record it is shown all the same, and said who has what is not known."""
    from cockpit.cli import looking
    from cockpit.cli.loading import live

    try:
        return await looking.looked(settings, world)
    except JournalError as error:
        _complain(f"who has what is not known: {error}")
        return await live(settings, readonly=True).once()


def silence(settings: Settings, matchers: Sequence[str], lasts: str, reason: str, *, yes: bool) -> int:
    """0 done, 1 not confirmed, 2 refused, 3 unknown."""
    seconds = _seconds(lasts)
    if not reason.strip():
        raise UsageError("--reason is empty", "say why, for all who read it in the Alertmanager")
    _check(matchers)

    async def work(world: World) -> int:
        from cockpit.core.alerts import known_alerts
        from cockpit.core.incident.model import only_open
        from cockpit.core.silences import hidden
        from cockpit.core.wanted import SilenceWanted
        from cockpit.engine.outward.silences import make_silence
        from cockpit.views.alert_asking import preview
        from cockpit.views.alerts import lost
        from cockpit.views.lines import text_of

        if world.silencer is None:
            raise RunRefused("no Alertmanager is configured", "name one under alertmanager:")
        state, now = await _looked(settings, world), world.clock.now()
        say(text_of(each) for each in preview(state, hidden(matchers, known_alerts(state))))
        say(f"  ! {each} cannot be asked, so it may hide more" for each in lost(state))
        if not await _confirmed(f"silence {', '.join(matchers)} for {lasts}", yes):
            return HELD
        incident = only_open(state.record.incidents.values())
        wanted = SilenceWanted(tuple(matchers), seconds, reason, world.actor, now, incident)
        return EXITS.get(await make_silence(world, wanted, _told), UNKNOWN)

    return in_world(settings, work, writes=True)


def expire(settings: Settings, id: str, reason: str, *, yes: bool) -> int:
    """0 done, 1 not confirmed, 2 refused, 3 unknown."""

    async def work(world: World) -> int:
        from cockpit.core.incident.model import only_open
        from cockpit.core.wanted import SilenceEndWanted
        from cockpit.engine.outward.silences import end_silence
        from cockpit.views.alert_asking import ending
        from cockpit.views.lines import text_of

        state, now = await _looked(settings, world), world.clock.now()
        silence = _standing(state, id)
        say(text_of(each) for each in ending(state, silence, now).told)
        if not await _confirmed(f"end silence {id}", yes):
            return HELD
        incident = only_open(state.record.incidents.values())
        wanted = SilenceEndWanted(silence.source, id, reason, world.actor, now, incident)
        return EXITS.get(await end_silence(world, wanted, _told), UNKNOWN)

    return in_world(settings, work, writes=True)


def _standing(state: State, id: str) -> Silenced:
    """Raises RunRefused."""
    from cockpit.core.silences import standing
    from cockpit.views.alerts import lost

    found = next((each for each, _ in standing(state) if each.id == id), None)
    if found is None:
        gone = [each for each in lost(state) if each.startswith("Alertmanager")]
        hint = f"{gone[0]} cannot be asked" if gone else "`cockpit alerts` lists those that stand"
        raise RunRefused(f"no silence '{id}' stands", hint)
    return found


def _seconds(lasts: str) -> Seconds:
    from cockpit.config import durations

    try:
        seconds = durations.seconds(lasts)
    except ValueError:
        raise UsageError(f"--for: '{lasts}' is not a duration", durations.meant(lasts)) from None
    if seconds <= 0:
        raise UsageError("--for: a silence lasts longer than that", "write 2h, as an example")
    return seconds


def _check(matchers: Sequence[str]) -> None:
    """Raises UsageError for what no Alertmanager could read."""
    from cockpit.core.silences import hidden

    for each in matchers:
        try:
            hidden([each], ())
        except ValueError as error:
            raise UsageError(f"{each!r:.80}: {error}", 'write alertname=Slow or service=~"pay.*"') from None


async def _confirmed(what: str, yes: bool) -> bool:
    match await Said(yes=yes).to(what, "", ""):
        case Confirmed.YES:
            return True
        case Confirmed.WRONG:
            _complain(f"{what}: that was not y, so nothing was done")
        case Confirmed.SILENCE:
            _complain(f"{what} needs a word from you, so nothing was done: --yes")
    return False


def _told(event: Event) -> None:
    if isinstance(event, Reported):
        say([event.text])


def _complain(text: str) -> None:
    print(f"cockpit: {clean(text)}", file=sys.stderr, flush=True)
