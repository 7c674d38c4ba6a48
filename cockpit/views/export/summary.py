"""The whole of it in a few sentences, for whoever reads nothing else; each of them is on record."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.core.incident.model import Update
from cockpit.core.levels import Shown
from cockpit.text import join_names, plural
from cockpit.views import words
from cockpit.views.export import losses
from cockpit.views.export.postmortem import Postmortem
from cockpit.views.export.stages import Stage
from cockpit.views.export.times import day, lasted, minute

OUTCOMES = {
    "sent": "sent",
    "copied": "copied, to be sent by hand",
    "refused": "not sent",
    "unknown": "may or may not have been sent",
    "": "may or may not have been sent: no answer is on record",
}
VERDICTS = {"confirmed": "confirmed", "ruled out": "ruled out", "": "open: neither confirmed nor ruled out"}


def sentences(it: Postmortem) -> tuple[str, ...]:
    return tuple(each for each in _sentences(it) if each)


def _sentences(it: Postmortem) -> Iterator[str]:
    yield _when(it)
    yield _hurt(it)
    yield _wrong(it)
    yield _lost(it)
    yield _noticed(it)
    yield _cause(it)
    yield _ended(it)
    yield _done(it)
    if it.open:
        yield "It is not over: whatever stands here may change."


def stage(it: Postmortem, name: str) -> Stage:
    return next(each for each in it.stages if each.name == name)


def _when(it: Postmortem) -> str:
    began = stage(it, "Began").at
    grave = f", {it.severity} at its worst" if it.severity else ""
    ended = stage(it, "Resolved").at
    if ended is None:
        so_far = f"has lasted {lasted(it.lasted)} so far"
        return f"It began on {day(began)} at {minute(began)} UTC{grave}, and {so_far}."
    until = minute(ended) if day(ended) == day(began) else f"{day(ended)} {minute(ended)}"
    return f"On {day(began)} from {minute(began)} to {until} UTC, for {lasted(it.lasted)}{grave}."


def _hurt(it: Postmortem) -> str:
    felt = [each for each in it.impact if each.hurt_for]
    if not it.impact:
        return "No declared business capability was seen to be hurt."
    if not felt:
        names = join_names([f"“{each.title}”" for each in it.impact])
        return f"{names} {'was' if len(it.impact) == 1 else 'were'} at risk, and never seen to be worse."
    told = [f"“{each.title}” {_how_bad(each)}" for each in felt[:3]]
    more = (
        f"; {plural(len(felt) - 3, 'further capability', 'further capabilities')} hurt"
        if len(felt) > 3
        else ""
    )
    return f"{'; '.join(told)}{more}."


def _how_bad(one: losses.Hurt) -> str:
    level, seconds = next((each for each in one.levels.items()), (one.worst, 0.0))
    if level is Shown.UNKNOWN:
        return f"could not be seen for {lasted(seconds)}"
    whole = one.hurt_for
    of = f" of the {lasted(whole)} that it was not as agreed" if whole > seconds + 1 else ""
    return f"was {words.level_word(level)} for {lasted(seconds)}{of}"


def _wrong(it: Postmortem) -> str:
    return f"Data written by {join_names(it.wrong)} was wrong." if it.wrong else ""


def _lost(it: Postmortem) -> str:
    priced = [each for each in it.impact if each.loss is not None]
    if not priced:
        return ""
    told = [f"{losses.tagged(each)} for “{each.title}”" for each in priced[:3]]
    return f"Lost: {'; '.join(told)}."


def _noticed(it: Postmortem) -> str:
    noticed, declared = stage(it, "Noticed"), stage(it, "Declared")
    late = f"{lasted(noticed.after)} after it began" if noticed.after else "as it began"
    if noticed.at == declared.at:
        return f"Somebody noticed it {late}, and declared it at once."
    return f"Somebody noticed it {late}, and it was declared {lasted(declared.after)} later."


def _cause(it: Postmortem) -> str:
    confirmed = [note.text for note in it.hypotheses if note.verdict == "confirmed"]
    if confirmed:
        return f"Confirmed as a cause: {' / '.join(_one_line(each) for each in confirmed)}."
    if it.hypotheses:
        return "No hypothesis was confirmed, so the cause is not known."
    return "Nobody wrote down a hypothesis, so the cause is not on record."


def _ended(it: Postmortem) -> str:
    mitigated = stage(it, "Mitigated")
    over = f"From {minute(mitigated.at)} UTC on nothing was seen worse than at risk. " if mitigated.at else ""
    why = f"Resolved by {it.resolved_by}: {_one_line(it.resolution)}." if it.resolved_by else ""
    return f"{over}{why}".strip()


def _done(it: Postmortem) -> str:
    runs = [each for each in it.tried if not each.parent]
    doubt = sum(each.doubtful for each in runs)
    parts = [
        f"{plural(len(runs), 'runbook')} {'was' if len(runs) == 1 else 'were'} run"
        if runs
        else "no runbook was run",
        f"{plural(len(it.undone), 'change')} taken back" if it.undone else "",
        f"{plural(_out(it.updates), 'update')} went out" if _out(it.updates) else "no update went out",
        f"{plural(_unsure(it.updates), 'update')} may or may not have" if _unsure(it.updates) else "",
        f"{plural(len(it.owed), 'thing')} left to clean up" if it.owed else "",
    ]
    said = "; ".join(each for each in parts if each)
    unsure = f" Of {plural(doubt, 'run')} something may or may not have happened." if doubt else ""
    return f"{said[:1].upper()}{said[1:]}.{unsure}"


def _out(updates: tuple[Update, ...]) -> int:
    """As far as anybody knows; what may or may not have been sent is told where it stands."""
    return sum(each.outcome in ("sent", "copied") for each in updates)


def _unsure(updates: tuple[Update, ...]) -> int:
    return sum(each.outcome in ("", "unknown") for each in updates)


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def proof(it: Postmortem) -> tuple[str, ...]:
    """What the head of the journal is good for, and what it is not."""
    if it.head.seq == 0:
        return ("There was no record when this was made, so nothing here can be checked against one.",)
    kept = (
        "It was a demo: its journal is gone with the program, and nothing here can be checked later."
        if it.demo
        else f"“cockpit journal verify --head {it.head.seq}:…” finds out later whether it was cut or changed."
    )
    return (
        f"Made from records 1 to {it.head.seq} of the journal. Each record is chained to the one before by "
        "its hash, and this is the hash of the last.",
        kept,
        "It proves that the record is as it was written then, not that what people wrote in it is true.",
    )
