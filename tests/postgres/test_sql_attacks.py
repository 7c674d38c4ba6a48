"""Whoever has a login and psql: what the database itself refuses, whatever a cockpit would have done."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.adapters.journal.copying import copy
from cockpit.adapters.journal.filling import filled_folder
from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.journal.postgres import journal
from cockpit.adapters.journal.verify import verify
from cockpit.core.checkpoint import COCKPIT, checkpoint, fact_of
from cockpit.core.journal import Fact
from cockpit.core.json import Json
from cockpit.core.state import Record
from cockpit.engine.runs.remembered import record_now
from cockpit.errors import JournalError
from tests.lab.child import until
from tests.lab.database import Database

from .people import at_work
from .saying import ROLES, Attacker, Said, appending, at_psql

pytestmark = pytest.mark.lab
_run = itertools.count(1)
FORBIDDEN = (
    "INSERT INTO cockpit.record SELECT * FROM cockpit.record",
    "UPDATE cockpit.record SET body = '{}'",
    "DELETE FROM cockpit.record",
    "TRUNCATE cockpit.record",
    "MERGE INTO cockpit.record USING cockpit.head ON false WHEN NOT MATCHED THEN INSERT DEFAULT VALUES",
    "COPY cockpit.record FROM STDIN;\n\\.\n",
    "COPY cockpit.record FROM '/etc/hostname'",
    "COPY cockpit.record TO '/tmp/record'",
    "COPY cockpit.record TO PROGRAM 'cat'",
    "BEGIN; LOCK TABLE cockpit.record IN SHARE MODE",
    "SELECT FROM cockpit.record FOR UPDATE",
    "SELECT FROM cockpit.head FOR SHARE",
    "SELECT FROM cockpit.lease FOR UPDATE",
    "UPDATE cockpit.head SET seq = 0",
    "INSERT INTO cockpit.lease SELECT * FROM cockpit.lease",
    "UPDATE cockpit.lease SET actor = session_user",
    "DELETE FROM cockpit.lease",
    "DELETE FROM cockpit.presence",
    "UPDATE cockpit.live SET body = ''",
    "DELETE FROM cockpit.migration",
    "SELECT nextval('cockpit.token')",
    "SELECT setval('cockpit.token', 1)",
    "ALTER TABLE cockpit.record DISABLE TRIGGER ALL",
    "ALTER TABLE cockpit.record ADD COLUMN more text",
    "ALTER TABLE cockpit.record OWNER TO CURRENT_USER",
    "ALTER TABLE cockpit.record INHERIT pg_class",
    "ALTER SCHEMA cockpit RENAME TO away",
    "DROP TRIGGER not_edited ON cockpit.record",
    "DROP TABLE cockpit.record",
    "DROP SCHEMA cockpit CASCADE",
    "DROP FUNCTION cockpit.append",
    "CREATE TABLE cockpit.mine ()",
    "CREATE FUNCTION cockpit.mine() RETURNS int LANGUAGE sql AS 'SELECT 3'",
    "CREATE OR REPLACE FUNCTION cockpit.role_of(person name) RETURNS integer LANGUAGE sql AS 'SELECT 3'",
    "ALTER FUNCTION cockpit.append RESET search_path",
    "CREATE TRIGGER mine BEFORE INSERT ON cockpit.record EXECUTE FUNCTION cockpit.not_changed()",
    "CREATE RULE mine AS ON INSERT TO cockpit.record DO INSTEAD NOTHING",
    "CREATE INDEX mine ON cockpit.record (at)",
    "CREATE POLICY mine ON cockpit.record",
    "REINDEX TABLE cockpit.record",
    "COMMENT ON TABLE cockpit.record IS 'mine'",
    "GRANT cockpit_approver TO CURRENT_USER",
    "GRANT cockpit_owner TO CURRENT_USER",
    "ALTER ROLE cockpit_owner LOGIN PASSWORD 'x'",
    "CREATE ROLE mine IN ROLE cockpit_owner",
    "SET ROLE cockpit_owner",
    "SET SESSION AUTHORIZATION cockpit_owner",
    "SET session_replication_role = replica",
    "ALTER SYSTEM SET fsync = off",
    "SELECT cockpit.take_turn()",
    "SELECT cockpit.put('o', 'b', 1, 'u', 1, '', '', '', 0, 0, 'k', '{}')",
    "SELECT cockpit.refused('o', 'b', 1, 'what', 'why', false)",
    "SELECT cockpit.holds('R-1', 1)",
    "SELECT cockpit.acts_in('a', 'R-1')",
    "SELECT cockpit.against('R-1', 's', 1, 1, 'k', '{}', 1)",
    "SELECT cockpit.against_doing('R-1', 's', 1, 1)",
    "SELECT cockpit.check_kept(1, '{}', ARRAY['x'])",
    "TABLE cockpit.checkpoint",
    "UPDATE cockpit.checkpoint SET state = '{}'",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'lab'",
)
REASONS = (
    "permission denied",
    "must be",
    "must have",
    "not permitted",
    "superuser",
    "member of",
    "wrong object type",
)


class Crew:
    """Responders and approvers of one shared record, and a run number that nobody has used."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._people: dict[str, Attacker] = {}
        self.run = f"R-{next(_run)}"

    def __getattr__(self, name: str) -> Attacker:
        """`alice` and `bob` are responders, `mara` and `noor` approvers, `vera` looks."""
        role = {"alice": "responder", "bob": "responder", "vera": "viewer"}.get(name, "approver")
        if name not in self._people:
            self._people[name] = at_psql(self.database, f"{name}{next(_run)}", role)
        return self._people[name]


@pytest.fixture
def crew(shared_database: Database) -> Crew:
    return Crew(shared_database)


# Past the functions


@pytest.mark.parametrize("role", ROLES)
def test_there_is_no_way_past_the_functions(founded: Database, role: str) -> None:
    somebody = at_psql(founded, "alice", "responder")
    somebody.say(Said("incident.noted", body={"text": "first"}))
    attacker = Attacker(founded, founded.add_person("eve", [role]))
    before = state(founded)
    with founded.psql() as administrator:
        administrator.say("SELECT 'there'")
        assert administrator.line() == "there"
        for statement in FORBIDDEN:
            words = attacker.refused(statement)
            assert any(reason in words for reason in REASONS), f"{statement}: {words}"
    attacker.sql("GRANT ALL ON cockpit.record TO CURRENT_USER")  # warns, and gives nothing
    assert "permission denied" in attacker.refused("DELETE FROM cockpit.record")
    assert state(founded) == before


def state(database: Database) -> list[list[tuple[str, ...]]]:
    """All that somebody could have changed: what is kept, what it is made of, and who may."""
    return [
        sorted(database.sql(f"SELECT * FROM {table}"))
        for table in (
            "cockpit.record",
            "cockpit.head",
            "cockpit.lease",
            "cockpit.checkpoint",
            "pg_auth_members",
            "pg_proc WHERE pronamespace = 'cockpit'::regnamespace",
            "pg_trigger WHERE tgrelid = 'cockpit.record'::regclass",
            "(SELECT relname, relacl, relowner FROM pg_class WHERE relname = 'record') AS mine",
        )
    ]


OVERRIDES = """
CREATE TEMP TABLE record (seq bigint, uid text, hash text);
CREATE TEMP TABLE head (single boolean, seq bigint, hash text);
INSERT INTO head VALUES (true, 100, 'x');
CREATE TEMP TABLE lease AS SELECT 'run:R-0' AS key, 7::bigint AS token, session_user::text AS actor,
    ARRAY['run:R-0'] AS beside, now() + make_interval(9) AS expires_at, NULL::timestamptz AS start_by;
CREATE FUNCTION pg_temp.role_of(person name) RETURNS integer LANGUAGE sql AS 'SELECT 3';
CREATE FUNCTION pg_temp.clock_timestamp() RETURNS timestamptz LANGUAGE sql
AS 'SELECT now() - make_interval(9)';
CREATE FUNCTION pg_temp.pg_has_role(name, text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION pg_temp.equal(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR pg_temp.= (LEFTARG = text, RIGHTARG = text, FUNCTION = pg_temp.equal);
SET search_path = pg_temp, cockpit, pg_catalog;
SET standard_conforming_strings = off;
SET transform_null_equals = on;
"""


def test_what_somebody_puts_into_the_search_path_is_not_looked_at(crew: Crew) -> None:
    for attacker, said, why in (
        (crew.vera, Said("incident.noted"), "may only look"),
        (crew.alice, Said("step.intent", "R-0", token=7), "not held"),
    ):
        found = attacker.sql(OVERRIDES + appending(said) + ";\nSELECT count(*) FROM pg_temp.record")
        assert found[0][1:3] == (attacker.name, "access.refused")
        assert why in found[0][3]
        assert found[1] == ("0",)


def test_the_record_says_who_is_logged_in_whatever_is_sent(crew: Crew) -> None:
    forged = Said("incident.noted", body={"actor": crew.bob.name, "by": crew.bob.name})
    found = crew.alice.sql(
        f"SET ROLE cockpit_responder; SET application_name = '{crew.bob.name}';\n{appending(forged)};\n"
        f"SELECT actor FROM cockpit.here('x', 0, 'doing') WHERE origin = 'x'"
    )
    assert [found[0][1], found[1][0]] == [crew.alice.name, crew.alice.name]


def test_what_was_seen_before_our_turn_is_not_believed(crew: Crew) -> None:
    token = crew.alice.acquire(f"run:{crew.run}")
    for level in ("REPEATABLE READ", "SERIALIZABLE"):
        said = appending(Said("run.held", crew.run, token=token))
        words = crew.alice.refused(f"BEGIN ISOLATION LEVEL {level};\nSELECT 1;\n{said}")
        assert "READ COMMITTED only" in words


# Leases


def test_a_stolen_token_opens_nothing(crew: Crew) -> None:
    token = crew.alice.acquire(f"run:{crew.run}")
    assert crew.alice.name in crew.bob.why_not(Said("step.intent", crew.run, "s", token=token))
    assert crew.bob.sql(f"SELECT * FROM cockpit.renew(ARRAY[{token}]::bigint[])") == []
    crew.bob.release(token)
    assert crew.bob.acquire(f"run:{crew.run}") == 0
    assert crew.bob.sql(f"SELECT cockpit.show('{crew.run}', {token}, 'lies')") == [("f",)]
    assert crew.alice.say(Said("step.intent", crew.run, "s", token=token))[0].kind == "step.intent"


def test_an_old_token_opens_nothing_once_somebody_else_has_a_new_one(crew: Crew) -> None:
    token = crew.alice.acquire(f"run:{crew.run}")
    crew.alice.release(token)
    newer = crew.bob.acquire(f"run:{crew.run}")
    assert newer > token
    for kind in ("step.intent", "undo.intent", "run.held", "flag.requested", "approval.requested"):
        assert crew.bob.name in crew.alice.why_not(Said(kind, crew.run, "s", token=token))
    assert crew.alice.sql(f"SELECT * FROM cockpit.renew(ARRAY[{token}]::bigint[])") == []


def test_who_lost_a_run_may_still_tell_how_it_ended_and_nothing_else(crew: Crew) -> None:
    token = crew.alice.acquire(f"run:{crew.run}")
    crew.alice.say(Said("undo.intent", crew.run, "s", token=token))
    crew.database.sql(f"UPDATE cockpit.lease SET start_by = NULL WHERE key = 'run:{crew.run}'")
    crew.alice.release(token)
    assert crew.bob.acquire(f"run:{crew.run}") > token
    assert crew.alice.say(Said("undo.exited", crew.run, "s", token=token))[0].kind == "undo.exited"
    assert crew.alice.why_not(Said("undo.exited", crew.run, "other", token=token))
    assert crew.alice.why_not(Said("undo.exited", crew.run, "s", token=token, attempt=2))
    assert crew.alice.why_not(Said("undo.settled", crew.run, "s", token=token))


def test_nobody_gets_a_run_while_something_of_it_may_still_begin(crew: Crew) -> None:
    token = crew.alice.acquire(f"run:{crew.run}", f"target:{crew.run}")
    crew.alice.say(Said("step.intent", crew.run, "s", token=token))
    crew.alice.release(token)
    assert crew.bob.acquire(f"target:{crew.run}") == 0
    until(lambda: crew.bob.acquire(f"run:{crew.run}"), what="its time to begin is over")


# Approvals

BOOK: dict[str, Json] = {
    "is": "Runbook",
    "steps": [
        {"is": "Step", "id": "free"},
        {"is": "Step", "id": "drop", "approval": {"is": "Approval"}},
        {"is": "Step", "id": "two", "approval": {"is": "Approval", "min": 2}},
    ],
}


def started(crew: Crew, who: Attacker, run: str = "") -> int:
    token = who.acquire(f"run:{crew.run}")
    who.say(Said("run.started", run or crew.run, body={"runbook": BOOK}, token=token, visit=0, attempt=0))
    return token


def asks(crew: Crew, token: int, step: str = "drop", run: str = "", **more: Json) -> Said:
    body = {"digest": "d1", "expires_at": time.time() + 600, "from": [], "min": 1, **more}
    return Said("approval.requested", run or crew.run, step, body, token)


def grants(crew: Crew, step: str = "drop", digest: str = "d1", run: str = "") -> Said:
    return Said("approval.granted", run or crew.run, step, {"digest": digest})


def does(crew: Crew, token: int, step: str = "drop") -> Said:
    return Said("step.intent", crew.run, step, token=token)


def test_what_a_second_person_granted_may_be_done(crew: Crew) -> None:
    token = started(crew, crew.alice)
    assert "nobody was asked" in crew.alice.why_not(does(crew, token))
    crew.alice.say(asks(crew, token))
    assert "not been approved" in crew.alice.why_not(does(crew, token))
    assert crew.mara.say(grants(crew))[0].kind == "approval.granted"
    assert crew.alice.say(does(crew, token))[0].kind == "step.intent"
    assert crew.alice.say(does(crew, token, "free"))[0].kind == "step.intent"


def test_two_people_are_two_people(crew: Crew) -> None:
    token = started(crew, crew.alice)
    crew.alice.say(asks(crew, token, "two", min=0))
    crew.mara.say(grants(crew, "two"), grants(crew, "two"))
    assert "not been approved" in crew.alice.why_not(does(crew, token, "two"))
    crew.noor.say(grants(crew, "two"))
    assert crew.alice.say(does(crew, token, "two"))[0].kind == "step.intent"


@pytest.mark.parametrize("run", ["", ".child", ".child.grandchild"])
def test_nobody_approves_what_they_run_nor_what_is_around_or_in_it(crew: Crew, run: str) -> None:
    acts_in = crew.run + run
    token = started(crew, crew.mara)
    if run:
        crew.mara.release(token)
        token = started(crew, crew.noor, acts_in)
    operator = crew.noor if run else crew.mara
    operator.say(asks(crew, token))
    for where in ("", ".child", ".child.grandchild"):
        operator.say(asks(crew, token, run=crew.run + where))
        for hand in {crew.mara.name: crew.mara, operator.name: operator}.values():
            assert "acts in" in hand.why_not(grants(crew, run=crew.run + where))


def test_nobody_does_what_they_have_approved_themselves(crew: Crew) -> None:
    token = started(crew, crew.alice)
    crew.alice.say(asks(crew, token))
    crew.mara.say(grants(crew))
    crew.alice.release(token)
    taken = crew.mara.acquire(f"run:{crew.run}")
    assert "second person" in crew.mara.why_not(does(crew, taken))
    crew.mara.say(Said("run.resumed", crew.run, token=taken))
    crew.mara.release(taken)
    again = crew.alice.acquire(f"run:{crew.run}")
    assert "second person" in crew.alice.why_not(does(crew, again)), "by now mara has a hand in it"


def test_nobody_begins_in_one_breath_what_nobody_could_answer(crew: Crew) -> None:
    """Each of what goes on record together is judged by what is before it."""
    token = started(crew, crew.mara)
    crew.mara.say(asks(crew, token))
    crew.noor.say(grants(crew))
    assert crew.mara.why_not(asks(crew, token, digest="d2"), does(crew, token))
    asked = crew.database.sql(f"SELECT body::json ->> 'digest' FROM cockpit.record WHERE run = '{crew.run}'")
    assert ("d2",) not in asked, "all or none"
    assert crew.noor.why_not(
        Said("run.resumed", crew.run, token=token), grants(crew), Said("step.intent", crew.run, "drop")
    )


def test_only_approvers_approve_and_only_what_they_were_asked(crew: Crew) -> None:
    token = started(crew, crew.alice)
    assert "asks for no approval" in crew.mara.why_not(grants(crew))
    crew.alice.say(asks(crew, token, **{"from": [crew.noor.name]}))
    assert "no approver" in crew.bob.why_not(grants(crew))
    assert "no approver" in crew.bob.why_not(Said("approval.refused", crew.run, "drop", {"digest": "d1"}))
    assert "not what was asked" in crew.noor.why_not(grants(crew, digest="d2"))
    assert "not what was asked" in crew.noor.why_not(Said("approval.granted", crew.run, "drop"))
    assert "among those" in crew.mara.why_not(grants(crew))
    crew.noor.say(grants(crew))
    crew.alice.say(asks(crew, token, digest="d2"))
    assert "not been approved" in crew.alice.why_not(does(crew, token)), "the old word was about d1"


def test_what_was_refused_or_is_over_is_not_done(crew: Crew) -> None:
    token = started(crew, crew.alice)
    crew.alice.say(asks(crew, token))
    crew.mara.say(Said("approval.refused", crew.run, "drop", {"digest": "d1"}))
    assert "was not approved" in crew.alice.why_not(does(crew, token))
    assert "asks for no approval" in crew.noor.why_not(grants(crew))
    crew.alice.say(asks(crew, token, expires_at=time.time() - 1))
    assert "is over" in crew.mara.why_not(grants(crew))
    assert "is over" in crew.alice.why_not(does(crew, token))
    crew.alice.say(asks(crew, token))
    crew.mara.say(grants(crew))
    crew.alice.say(Said("approval.expired", crew.run, "drop", token=token))
    assert "was not approved" in crew.alice.why_not(does(crew, token))


def test_what_was_granted_in_time_is_not_done_when_its_time_is_over(crew: Crew) -> None:
    token = started(crew, crew.alice)
    end = time.time() + 2
    crew.alice.say(asks(crew, token, expires_at=end))
    if crew.mara.say(grants(crew))[0].why:
        pytest.skip("this machine was too slow to answer in time")
    until(lambda: time.time() > end)
    assert "is over" in crew.alice.why_not(does(crew, token))


@pytest.mark.parametrize(
    "odd", [{"expires_at": None}, {"expires_at": "never"}, {"from": "x"}, {"digest": ""}]
)
def test_a_question_that_nobody_could_answer_is_none(crew: Crew, odd: dict[str, Json]) -> None:
    token = started(crew, crew.alice)
    assert "it does not say" in crew.alice.why_not(asks(crew, token, **odd))


def test_who_breaks_the_glass_is_on_record_and_goes_on(crew: Crew) -> None:
    token = started(crew, crew.alice)
    assert crew.bob.why_not(Said("approval.broken_glass", crew.run, "drop", {"reason": "x"}))
    crew.alice.say(Said("approval.broken_glass", crew.run, "drop", {"reason": "x"}, token))
    assert crew.alice.say(does(crew, token))[0].kind == "step.intent"


# Viewers


def test_who_only_looks_says_nothing_but_that_they_were_refused(crew: Crew) -> None:
    for kind in (
        "incident.declared",
        "incident.noted",
        "step.intent",
        "approval.granted",
        "journal.checkpoint",
    ):
        assert "may only look" in crew.vera.why_not(Said(kind))
    assert "permission denied" in crew.vera.refused("SELECT cockpit.acquire(ARRAY['x'], 30, 'o')")
    assert "permission denied" in crew.vera.refused("SELECT cockpit.show('R-1', 1, 'x')")
    (row,) = crew.vera.say(Said("access.refused", body={"why": "read-only", "what": "x"}))
    assert (row.actor, row.body["why"]) == (crew.vera.name, "read-only")
    assert "may only look" in crew.vera.why_not(Said("access.refused", body={"what": "x" * 5000}))


def test_who_has_no_role_sees_and_says_nothing(crew: Crew) -> None:
    nobody = Attacker(crew.database, crew.database.add_person("nobody"))
    for text in (
        "SELECT * FROM cockpit.record",
        appending(Said("incident.noted")),
        "SELECT cockpit.role_of('x')",
    ):
        assert "permission denied" in nobody.refused(text)


# What is on record of it


def test_a_refusal_is_on_record_once_a_minute_by_who_was_refused(crew: Crew) -> None:
    said = [Said("step.intent", crew.run, "s") for _ in range(3)]
    first, *again = [crew.alice.say(each)[0] for each in said]
    assert (first.kind, first.actor) == ("access.refused", crew.alice.name)
    assert first.body["what"] == f"step.intent {crew.run} s"
    assert {row.seq for row in again} == {first.seq}
    (other,) = crew.bob.say(said[0])
    assert (other.actor, other.seq > first.seq) == (crew.bob.name, True)
    minute_ago = f"UPDATE cockpit.record SET stored_at = stored_at - interval '61 s' WHERE seq = {first.seq}"
    disabled = "ALTER TABLE cockpit.record DISABLE TRIGGER not_edited;\n"
    enabled = ";\nALTER TABLE cockpit.record ENABLE TRIGGER not_edited"
    crew.database.sql(f"BEGIN;\n{disabled}{minute_ago}{enabled};\nCOMMIT")
    (later,) = crew.alice.say(said[0])
    assert later.seq > other.seq


def test_of_what_is_refused_nothing_is_on_record(crew: Crew) -> None:
    before = len(crew.alice.sql("SELECT 1 FROM cockpit.record"))
    good, bad = Said("incident.noted"), Said("step.intent", crew.run, "s")
    assert crew.alice.why_not(good, bad, good)
    assert len(crew.alice.sql("SELECT 1 FROM cockpit.record")) == before + 1


# Bodies


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "1",
        '"x"',
        "null",
        "{}{}",
        '{"a": NaN}',
        '{"a":"\\u00zz"}',
        '{"a":' * 40_000,
    ],
    ids=range(10),
)
def test_a_body_that_is_no_object_is_refused(crew: Crew, body: str) -> None:
    assert crew.alice.refused(appending(Said("incident.noted", body=body)))


def test_what_is_too_large_is_refused(crew: Crew) -> None:
    huge = "repeat('x', 9000000)"
    text = appending(Said("incident.noted", body="BODY")).replace(
        "'BODY'", f"'{{\"a\":\"' || {huge} || '\"}}'"
    )
    assert "too large" in crew.alice.refused(text)
    for name in ("uid", "kind", "run", "step", "incident"):
        said = Said(**{"kind": "incident.noted", name: "x" * 2001})
        assert "too long" in crew.alice.refused(appending(said))
    assert "too far" in crew.alice.refused(appending(Said("incident.noted", at=2**62 + 1)))
    assert "too long" in crew.alice.refused(f"SELECT cockpit.acquire(ARRAY['{'x' * 3000}'], 30, 'o')")


ODD = (
    '{ "a": 1 }',
    '{"b":1,"a":1}',
    '{"a":1,"a":2}',
    '{"a":1e2}',
    '{"a":1e999}',
    '{"a":"\\u0061"}',
    '{"a":"\\ud800"}',
    '{"a":"\\u0000"}',
    '{"a":' + "9" * 5000 + "}",
    '{"a":' * 2000 + "1" + "}" * 2000,
)


async def test_a_body_that_no_cockpit_wrote_blinds_nobody_and_is_named(founded: Database) -> None:
    eve, bob = at_psql(founded, "eve", "responder"), founded.add_person("bob", ["cockpit_viewer"])
    eve.say(Said("incident.noted", body={"text": "before"}))
    for body in ODD:
        eve.sql(appending(Said("incident.noted", body=body)).replace("seq, actor, kind, body", "seq"))
    eve.say(Said("incident.noted", body={"text": "after"}))
    async with at_work(founded, bob) as reader:
        records = await reader.journal.read()
        assert [each.seq for each in records] == list(range(1, len(ODD) + 3))
        assert [each.fact.body.get("text") for each in records[:: len(ODD) + 1]] == ["before", "after"]
        verdict = await verify(reader.journal)
    assert (verdict.broken, verdict.head.seq) == (None, len(ODD) + 2)
    assert records[1].fields()["body"] == {"unread": ODD[0]}, "an export does not hide it"
    named = [line.split()[1] for line in verdict.foreign]
    # A NUL as a character of a text is what a cockpit writes of it, too.
    assert named == [str(seq) for seq in range(2, len(ODD) + 2) if records[seq - 1].fact.body == {}]
    assert all(eve.name in line for line in verdict.foreign)
    assert len(named) >= len(ODD) - 2


async def test_odd_characters_in_every_field_keep_the_chain(founded: Database) -> None:
    eve = at_psql(founded, "eve", "responder")
    odd = "\x01\x07\b\f\n\r\t\x1b[2J\"\\\x7f\x85\u2028\u202e\ufeff\U0001f600\U000e0041'"
    for name in ("kind", "step", "incident", "uid"):
        eve.sql(appending(Said(**{"kind": "incident.noted", name: odd, "body": {odd: odd}})))  # type: ignore[arg-type]
    async with at_work(founded, eve.person) as reader:
        verdict = await verify(reader.journal)
    assert (verdict.broken, verdict.head.seq, verdict.foreign) == (None, 4, ())


async def test_large_bodies_come_a_few_at_a_time(founded: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    eve = at_psql(founded, "eve", "responder")
    eve.say(*(Said("incident.noted", body={"text": "x" * 1000}) for _ in range(5)))
    monkeypatch.setattr(journal, "PAGE", 2500)
    monkeypatch.setattr(journal, "FEW", 1, raising=False)
    async with at_work(founded, eve.person) as reader:
        pages, seen = [], 0
        while page := await reader.journal.read(seen):
            seen = page[-1].seq
            pages.append(len(page))
    assert (sum(pages), len(pages)) == (5, 2)


# Who keeps others waiting


async def test_who_keeps_the_record_locked_is_named(founded: Database) -> None:
    eve, alice = at_psql(founded, "eve", "viewer"), founded.add_person("alice", ["cockpit_responder"])
    async with at_work(founded, alice) as one:
        assert await one.leases.claim(["run:R-1"]) == ""
        with founded.psql(eve.person) as psql:
            psql.say("BEGIN")
            psql.say(appending(Said("access.refused", body={"why": "mine"})))
            assert psql.line() is not None
            psql.say("SELECT pg_sleep(600)")
            asleep = f"SELECT 1 FROM pg_stat_activity WHERE usename = '{eve.name}' AND wait_event = 'PgSleep'"
            until(lambda: founded.sql(asleep), what="she sleeps on it")
            with pytest.raises(JournalError, match=f"{eve.name} kept the record locked for 3 s"):
                await one.journal.append([Fact("incident.noted", 1.7e9, "")])
            with pytest.raises(JournalError, match=eve.name):
                await one.leases.claim(["run:R-2"])
            assert [each.seq for each in await one.journal.read()] == [], "looking waits for nobody"
            # Its server does not look whether she is still there.
            founded.sql(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{eve.name}'"
            )
        await one.journal.append([Fact("incident.noted", 1.7e9, "")])


async def test_who_forgets_a_transaction_is_sent_away(founded: Database) -> None:
    eve, alice = at_psql(founded, "eve", "viewer"), founded.add_person("alice", ["cockpit_responder"])
    async with at_work(founded, alice) as one:
        await one.journal.read()
        with founded.psql(eve.person) as psql:
            psql.say("BEGIN")
            psql.say(appending(Said("access.refused", body={"why": "mine"})))
            assert psql.line() is not None
            waits = f"SELECT 1 FROM pg_stat_activity WHERE usename = '{eve.name}' AND state LIKE 'idle in%'"
            until(lambda: founded.sql(waits))
            until(lambda: not founded.sql(waits), what="she is sent away")
        (record,) = await one.journal.append([Fact("incident.noted", 1.7e9, "")])
        assert record.seq == 1


# What others say that the record comes to


async def test_nobody_starts_from_what_somebody_else_says_of_the_record(founded: Database) -> None:
    alice, eve = (
        founded.add_person("alice", ["cockpit_responder"]),
        founded.add_person("eve", ["cockpit_approver"]),
    )
    async with at_work(founded, alice) as one, at_work(founded, eve) as other:
        await one.journal.append([Fact("incident.noted", 1.7e9, ""), Fact("incident.noted", 1.7e9, "")])
        mine = fact_of(checkpoint(Record(seq=1)), 1.7e9, COCKPIT)
        forged = fact_of(checkpoint(Record(seq=2)), 1.7e9, alice.name)
        (kept,) = await one.journal.append([mine])
        await other.journal.append([forged])
        assert await other.journal.latest_checkpoint() is not None
        assert await one.journal.latest_checkpoint() == replace(checkpoint(Record(seq=1)), recorded=kept.seq)
        assert (await record_now(one.journal)).seq == 4
        bodies = [each.fact.body for each in await one.journal.read(2)]
        assert bodies == [{"seq": 1}, {"seq": 2}], "and nobody has to carry what only its maker can use"


async def test_what_nobody_can_read_is_not_copied_as_if_it_were_nothing(
    founded: Database, tmp_path: Path
) -> None:
    eve = at_psql(founded, "eve", "responder")
    eve.sql(appending(Said("incident.noted", body="{ }")))
    async with at_work(founded, eve.person) as reader:
        with pytest.raises(JournalError, match=f"record 1 by {eve.name} .* nothing was copied"):
            await copy(reader.journal, filled_folder(Folder(tmp_path / "copy")))
