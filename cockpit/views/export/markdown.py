"""A post-mortem as Markdown, for a repository or a wiki; the dependency picture is a Mermaid graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cockpit.core.incident.model import Handover, Note, Update
from cockpit.text import percent
from cockpit.views import words
from cockpit.views.export import losses
from cockpit.views.export.escape import block, code, markdown, mermaid
from cockpit.views.export.graph import Picture
from cockpit.views.export.markdown_lines import NOBODY, bullets, lines, table
from cockpit.views.export.postmortem import Postmortem
from cockpit.views.export.series import Series, gaps, valued
from cockpit.views.export.summary import OUTCOMES, VERDICTS, proof, sentences
from cockpit.views.export.telling import Person
from cockpit.views.export.times import in_full, lasted, minute, second
from cockpit.views.export.tried import Deed, Try
from cockpit.views.words import AUDIENCES
from cockpit.views.words_runs import glass_told

ARROWS = {"hard": "-->", "soft": "-.->", "none": "-.-"}
COLOURS = {
    "OK": "fill:#e8f5ec,stroke:#2e7d4f,color:#12301f",
    "AT_RISK": "fill:#fdf6dc,stroke:#a37b00,color:#3d2f00",
    "DEGRADED": "fill:#fdeedd,stroke:#b45f06,color:#3f2200",
    "FAILING": "fill:#fbe3dc,stroke:#c0391b,color:#431207",
    "DOWN": "fill:#f6d5d9,stroke:#a3122a,color:#3d0610",
    "UNKNOWN": "fill:#e9e9ef,stroke:#55556b,color:#22222e,stroke-dasharray:4 3",
    "UNMONITORED": "fill:#f4f4f4,stroke:#999999,color:#444444",
}


def rendered(it: Postmortem) -> str:
    """The whole document; every text from outside stays text."""
    return "\n\n".join(_blocks(it)) + "\n"


def _blocks(it: Postmortem) -> Iterator[str]:
    yield f"# {markdown(it.id)}: {markdown(it.title)}"
    yield _facts(it)
    yield "## Summary"
    yield "\n".join(markdown(each) for each in sentences(it))
    yield "## From beginning to end"
    yield _stages(it)
    yield from _severities(it)
    yield "## Impact"
    yield _impact(it)
    yield "## What was hurt, and what needs what"
    yield _picture(it.picture)
    yield "## Signals that mattered"
    yield _signals(it)
    yield "## Hypotheses"
    yield _notes(it.hypotheses, verdicts=True)
    yield "## Decisions"
    yield _notes(it.decisions)
    yield "## What was tried"
    yield "\n\n".join(_try(each) for each in it.tried) or "No runbook was run."
    yield "## What was undone"
    yield bullets(it.undone)
    yield "## Switches"
    yield lines(it.zone, it.switches)
    yield "## Updates, word for word"
    yield "\n\n".join(_update(it, each) for each in it.updates) or NOBODY
    yield "## Handovers"
    yield "\n\n".join(_handover(each) for each in it.handovers) or NOBODY
    yield "## Left behind"
    yield from _left(it)
    yield "## People"
    yield bullets([_person(each) for each in it.people])
    yield "## What nobody could see"
    yield bullets(it.unseen)
    yield "## Timeline"
    yield lines(it.zone, it.timeline, evidence=True)
    yield "## To fill in together"
    yield "\n\n".join(f"### {each}\n\n_(write here)_" for each in it.questions)
    yield "## What this was made from"
    yield f"Journal head {code(str(it.head))}"
    yield "\n".join(markdown(each) for each in proof(it))


def _facts(it: Postmortem) -> str:
    state = "**Not over.**" if it.open else "Resolved."
    grave = f" {it.severity} at its worst." if it.severity else " No severity was set."
    demo = " **Played in a demo: nothing of this happened.**" if it.demo else ""
    zone = "" if it.zone.is_utc else f"; local time is {markdown(it.zone.name)}"
    made = f"Made {in_full(it.made_at)}. Times are UTC{zone}."
    return f"{state}{grave}{demo} {markdown(it.place)}.\n{made}"


def _stages(it: Postmortem) -> str:
    rows = [
        (
            each.name,
            in_full(each.at, it.zone),
            lasted(each.after) if each.after is not None else "",
            each.what,
        )
        for each in it.stages
    ]
    return table(("", "when", "after", "what that means"), rows)


def _severities(it: Postmortem) -> Iterator[str]:
    rows = [
        (in_full(each.at, it.zone), each.severity or "none", each.actor, each.reason)
        for each in it.severities
    ]
    if rows:
        yield "### Severity"
        yield table(("when", "severity", "by", "why"), rows)
    if it.proposed and (not it.severities or it.severities[0].severity != it.proposed):
        yield markdown(f"At the declaration {it.proposed} was proposed by rule.")


def _impact(it: Postmortem) -> str:
    rows = [
        (
            each.title,
            AUDIENCES[each.audience],
            f"{words.GLYPHS[each.worst]} {words.level_word(each.worst)}",
            f"{minute(each.since)} to {minute(each.until) if each.until else 'the end'}"
            if each.since
            else "",
            lasted(each.hurt_for) if each.hurt_for else "",
            losses.tagged(each),
            losses.why(each),
        )
        for each in it.impact
    ]
    if not rows:
        return "No declared capability was seen to be hurt."
    return table(("capability", "whose", "at worst", "UTC", "for", "lost", "how that is known"), rows)


def _picture(picture: Picture) -> str:
    if not picture.parts:
        return "The record names nothing that was hurt."
    names = {part.name: f"n{at}" for at, part in enumerate(picture.parts)}
    graph = ["```mermaid", "graph TD"]
    for part in picture.parts:
        said = mermaid(f"{part.title}: {words.level_word(part.worst)} {part.note}".strip())
        left, right = ('(["', '"])') if part.capability else ('["', '"]')
        graph.append(f"  {names[part.name]}{left}{said}{right}:::{part.worst.value}")
    for need in picture.needs:
        if need.of in names and need.on in names:
            graph.append(f"  {names[need.of]} {ARROWS[need.kind]} {names[need.on]}")
    used = dict.fromkeys(part.worst.value for part in picture.parts)
    graph += [f"  classDef {level} {COLOURS[level]}" for level in used]
    more = f"\n\nNot drawn: {picture.left_out} more that were hurt less." if picture.left_out else ""
    return "\n".join([*graph, "```"]) + more


def _signals(it: Postmortem) -> str:
    if not it.charts.series:
        return markdown(it.charts.trouble or "No signal was asked for.")
    rows = [_signal(each, it) for each in it.charts.series]
    trouble = f"\n\n{markdown(it.charts.trouble)}" if it.charts.trouble else ""
    told = table(("signal", "lowest", "highest", "not OK when", "not known for"), rows)
    return f"{told}\n\nDrawn as charts in the HTML export.{trouble}"


def _signal(series: Series, it: Postmortem) -> tuple[str, ...]:
    lost = sum(ended - begun for begun, ended in gaps(series, it.frame.start, it.frame.end))
    sign = ">" if series.direction == "above" else "<"
    limits = [
        f"{sign} {valued(limit, series.unit)} {level.name.replace('_', ' ')}"
        for level, limit in sorted(series.thresholds.items())
    ]
    low, high = (each(series.values) if series.values else None for each in (min, max))
    return (
        series.name,
        valued(low, series.unit) if low is not None else "not known",
        valued(high, series.unit) if high is not None else "not known",
        ", ".join(limits),
        f"{lasted(lost)} ({percent(lost / max(1.0, it.frame.end - it.frame.start))})" if lost else "",
    )


def _notes(notes: Sequence[Note], *, verdicts: bool = False) -> str:
    found = []
    for each in notes:
        became = f" **{markdown(VERDICTS[each.verdict])}**" if verdicts else ""
        who = markdown(each.said_by or each.actor)
        found.append(f"{each.number}. {markdown(each.text)}{became} ({who}, {minute(each.at)} UTC)")
    return "\n".join(found) or NOBODY


def _try(one: Try) -> str:
    ended = f", ended {minute(one.ended_at)}" if one.ended_at is not None else ", not over"
    inside = f" (inside {markdown(one.parent)})" if one.parent else ""
    on = f" on {markdown(one.on)}" if one.on else ""
    doubt = " Something in it may or may not have happened." if one.doubtful else ""
    head = f"### {markdown(one.id)} {markdown(one.title)}{inside}"
    span = f"began {minute(one.started_at)} UTC{ended}"
    said = f"{markdown(one.by)}{on}, {span}: **{markdown(one.outcome)}**.{doubt}"
    glass = [f"**{markdown(glass_told(each))}**" for each in one.broken_glass]
    parts = [head, said, *glass, _deeds(one.deeds)]
    if one.back:
        parts += ["Taken back:", _deeds(one.back)]
    if one.stays:
        parts += ["Stays:", bullets(one.stays)]
    return "\n\n".join(each for each in parts if each)


def _deeds(deeds: Sequence[Deed]) -> str:
    rows = [(second(each.at), each.title, each.state, each.effect, each.checked, each.why) for each in deeds]
    return (
        table(("UTC", "step", "how it ended", "what it changed", "did it help", "why"), rows) if rows else ""
    )


def _update(it: Postmortem, one: Update) -> str:
    to = f" to {markdown(one.to)}" if one.to else ""
    why = f" ({markdown(one.why)})" if one.why else ""
    head = f"{in_full(one.at, it.zone)}, {markdown(one.actor)} for {markdown(one.audience)}{to}"
    return (
        f"**{head}**: {OUTCOMES[one.outcome]}{why}, said to be {markdown(one.status)}.\n\n{block(one.text)}"
    )


def _handover(one: Handover) -> str:
    to = one.to or "anybody"
    accepted = f"accepted {minute(one.accepted_at)} UTC" if one.accepted_at is not None else "not accepted"
    head = f"**{minute(one.at)} UTC, {markdown(one.by or 'nobody')} to {markdown(to)}**: {accepted}."
    return f"{head}\n\n{block(one.text)}" if one.text else head


def _person(one: Person) -> str:
    roles = ", ".join(one.roles)
    return f"{one.name} ({roles})" if roles else one.name


def _left(it: Postmortem) -> Iterator[str]:
    if it.left:
        yield "When it was resolved, although it was so:"
        yield bullets(it.left)
    yield "To clean up still:" if it.owed else "Nothing is left to clean up, as far as the record knows."
    if it.owed:
        yield bullets(it.owed)
