"""A post-mortem as one HTML file that a leader can read, print and forward; it asks nobody for anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cockpit.core.incident.model import Handover, Note, Update
from cockpit.core.levels import Severity, Shown
from cockpit.views.export import losses, parts
from cockpit.views.export.escape import html
from cockpit.views.export.html_signals import picture, signals
from cockpit.views.export.html_timeline import timeline
from cockpit.views.export.html_tried import tried
from cockpit.views.export.losses import Hurt
from cockpit.views.export.postmortem import Postmortem
from cockpit.views.export.summary import OUTCOMES, VERDICTS, proof, sentences, stage
from cockpit.views.export.telling import Person
from cockpit.views.export.times import in_full, lasted, minute
from cockpit.views.export.track import track
from cockpit.views.words import AUDIENCES

GRAVE = {Severity.SEV1: Shown.DOWN, Severity.SEV2: Shown.FAILING, Severity.SEV3: Shown.DEGRADED}
CONTENTS = {
    "impact": "Impact",
    "picture": "What was hurt",
    "signals": "Signals",
    "thought": "Hypotheses and decisions",
    "tried": "What was tried",
    "updates": "Updates",
    "left": "Left behind",
    "unseen": "Not seen",
    "timeline": "Timeline",
    "questions": "To fill in",
    "record": "The record",
}


def rendered(it: Postmortem) -> str:
    return parts.page(f"{it.id}: {it.title}", _body(it))


def _body(it: Postmortem) -> Iterator[str]:
    yield _header(it)
    yield parts.tiles(_tiles(it))
    yield f'<section class="lead" id="summary">{"".join(map(parts.paragraph, sentences(it)))}</section>'
    yield parts.section(
        "stages", "From beginning to end", track(it.stages, it.made_at), _stages(it), _grave(it)
    )
    yield parts.section("impact", "Impact", _impact(it))
    yield parts.section("picture", "What was hurt, and what needs what", *picture(it))
    yield parts.section("signals", "Signals that mattered", *signals(it.charts, it.frame))
    yield parts.section(
        "thought",
        "Hypotheses and decisions",
        "<h3>Hypotheses</h3>",
        _notes(it.hypotheses, verdicts=True) or parts.NONE,
        "<h3>Decisions</h3>",
        _notes(it.decisions) or parts.NONE,
    )
    yield parts.section("tried", "What was tried", *tried(it))
    yield parts.section("updates", "Updates, word for word", *(_update(it, each) for each in it.updates))
    yield parts.section("handovers", "Handovers", *map(_handover, it.handovers))
    yield parts.section("left", "Left behind", *_left(it))
    yield parts.section("people", "People", parts.bullets(map(_person, it.people)))
    yield parts.section("unseen", "What nobody could see", parts.bullets(it.unseen))
    yield parts.section("timeline", "Timeline", timeline(it.timeline, it.zone))
    yield parts.section("questions", "To fill in together", *_questions(it))
    yield parts.section("record", "What this was made from", *_record(it))
    yield f"<footer><p>Made {html(in_full(it.made_at, it.zone))} by cockpit.</p></footer>"


def _header(it: Postmortem) -> str:
    grave = (
        f'<span class="badge {parts.level_class(GRAVE[it.severity])}">{it.severity}</span>'
        if it.severity
        else ""
    )
    state = (
        '<span class="badge is-failing">not over</span>'
        if it.open
        else '<span class="badge is-ok">resolved</span>'
    )
    demo = '<p class="warn">Played in a demo: nothing of this happened.</p>' if it.demo else ""
    early = (
        '<p class="warn">Made while it was not over: whatever stands here may change.</p>' if it.open else ""
    )
    zone = "" if it.zone.is_utc else f", and {it.zone.name} beside it"
    links = "".join(f'<a href="#{id}">{html(title)}</a>' for id, title in CONTENTS.items())
    return (
        f'<header>\n<p class="where">{html(it.place)} · {html(it.id)} · times are UTC{html(zone)}</p>\n'
        f"<h1>{html(it.title)}</h1>\n<p>{grave} {state}</p>\n{demo}{early}<nav>{links}</nav>\n</header>"
    )


def _tiles(it: Postmortem) -> Iterator[str]:
    yield parts.tile("Lasted", lasted(it.lasted), "so far" if it.open else "from beginning to end")
    for name, what in (("Noticed", "after it began"), ("Declared", "after it was noticed")):
        found = stage(it, name)
        yield parts.tile(name, lasted(found.after) if found.after is not None else "not known", what)
    over, began = stage(it, "Mitigated").at, stage(it, "Began").at
    if over is not None and began is not None:
        yield parts.tile("Mitigated", lasted(over - began), "after it began")
    else:
        yield parts.tile("Mitigated", "not yet" if it.open else "not known")
    for each in [one for one in it.impact if one.loss is not None][:2]:
        tag = "" if each.tag == losses.said(each.loss) else f" ({each.tag})"
        yield parts.tile("Lost", losses.said(each.loss), f"{each.title}{tag}")


def _stages(it: Postmortem) -> str:
    rows = (
        parts.row(
            (
                parts.cell(each.name, "name"),
                parts.cell(in_full(each.at, it.zone), "dim"),
                parts.cell(lasted(each.after) if each.after is not None else "", "time"),
                parts.cell(each.what, "dim"),
            )
        )
        for each in it.stages
    )
    return parts.table(("", "when", "after the one before", "what that means"), rows)


def _grave(it: Postmortem) -> str:
    rows = [
        parts.row(
            (
                parts.cell(in_full(each.at, it.zone), "dim"),
                parts.cell(each.severity or "none"),
                parts.cell(each.actor),
                parts.cell(each.reason, "what"),
            )
        )
        for each in it.severities
    ]
    proposed = it.proposed and (not it.severities or it.severities[0].severity != it.proposed)
    said = (
        parts.paragraph(f"At the declaration {it.proposed} was proposed by rule.", "dim") if proposed else ""
    )
    head = ("when", "severity", "by", "why")
    return f"<h3>Severity</h3>{parts.table(head, rows)}{said}" if rows or said else ""


def _impact(it: Postmortem) -> str:
    head = ("capability", "at worst", "UTC", "hurt for", "lost")
    table = parts.table(head, map(_hurt, it.impact))
    return table or parts.paragraph("No declared business capability was seen to be hurt.", "none")


def _hurt(one: Hurt) -> str:
    until = minute(one.until) if one.until is not None else "the end"
    span = f"{minute(one.since)} to {until}" if one.since is not None else "at risk only"
    around = f"people went on by: {one.workaround}" if one.workaround and one.hurt_for else ""
    return parts.row(
        (
            parts.cell(one.title, small="; ".join(filter(None, (AUDIENCES[one.audience], around)))),
            parts.raw(parts.badge(one.worst)),
            parts.cell(span, "time"),
            parts.cell(lasted(one.hurt_for) if one.hurt_for else "", small=_levels(one)),
            parts.cell(losses.tagged(one), small=losses.why(one)),
        )
    )


def _levels(one: Hurt) -> str:
    """ "DOWN 12 min, FAILING 3 min"."""
    told_ = [
        f"{level.value.replace('_', ' ')} {lasted(seconds)}"
        for level, seconds in one.levels.items()
        if level not in (Shown.OK, Shown.UNMONITORED)
    ]
    return ", ".join(told_)


def _notes(notes: Sequence[Note], *, verdicts: bool = False) -> str:
    items = []
    for each in notes:
        became = f" <b>{html(VERDICTS[each.verdict])}</b>" if verdicts else ""
        who = html(f"{each.said_by or each.actor}, {minute(each.at)} UTC")
        items.append(f'<li>{html(each.text)}{became} <span class="dim">({who})</span></li>')
    return f"<ol>{''.join(items)}</ol>" if items else ""


def _update(it: Postmortem, one: Update) -> str:
    to = f" to {one.to}" if one.to else ""
    why = f" ({one.why})" if one.why else ""
    head = f"<h3>{html(in_full(one.at, it.zone))}, for {html(one.audience)}{html(to)}</h3>"
    said = f"{one.actor}: {OUTCOMES[one.outcome]}{why}; said to be {one.status}."
    return f"{head}{parts.paragraph(said, 'dim')}{parts.quote(one.text)}"


def _handover(one: Handover) -> str:
    accepted = f"accepted {minute(one.accepted_at)} UTC" if one.accepted_at is not None else "not accepted"
    head = f"{minute(one.at)} UTC, {one.by or 'nobody'} to {one.to or 'anybody'}: {accepted}"
    return f"<h3>{html(head)}</h3>{parts.quote(one.text)}"


def _left(it: Postmortem) -> Iterator[str]:
    if it.left:
        yield parts.paragraph("When it was resolved, although it was so:")
        yield parts.bullets(it.left)
    if it.owed:
        yield parts.paragraph("To clean up still:")
        yield parts.bullets(it.owed)
    else:
        yield parts.paragraph("Nothing is left to clean up, as far as the record knows.", "none")


def _person(one: Person) -> str:
    return f"{one.name} ({', '.join(one.roles)})" if one.roles else one.name


def _questions(it: Postmortem) -> Iterator[str]:
    for each in it.questions:
        yield f'<h3>{html(each)}</h3><div class="answer"></div>'


def _record(it: Postmortem) -> Iterator[str]:
    yield f"<p>Journal head <code>{html(str(it.head))}</code></p>"
    yield from map(parts.paragraph, proof(it))
