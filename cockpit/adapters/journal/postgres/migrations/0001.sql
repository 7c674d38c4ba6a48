-- The record: one chain for all who write. Nobody but `append` puts anything here, and nobody changes it.
CREATE TABLE record (
    seq bigint PRIMARY KEY CHECK (seq > 0),
    uid text COLLATE "C" NOT NULL UNIQUE,
    at bigint NOT NULL,
    boot_id text NOT NULL,
    mono_ns bigint NOT NULL,
    actor text COLLATE "C" NOT NULL,
    origin text NOT NULL,
    incident text NOT NULL,
    run text COLLATE "C" NOT NULL,
    step text COLLATE "C" NOT NULL,
    visit bigint NOT NULL,
    attempt bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    body text NOT NULL,
    prev text NOT NULL,
    hash text NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp()  -- by this server's clock; not part of the chain
);
CREATE INDEX of_kind ON record (kind, seq);
CREATE INDEX of_run ON record (run, seq);
CREATE INDEX of_refused ON record (actor, seq) WHERE kind = 'access.refused';

CREATE FUNCTION not_changed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the record is append-only';
END $$;
CREATE TRIGGER not_edited BEFORE UPDATE OR DELETE ON record FOR EACH ROW EXECUTE FUNCTION not_changed();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON record FOR EACH STATEMENT EXECUTE FUNCTION not_changed();

-- The last record. A sequence would leave gaps, and would not be in the order of commits.
CREATE TABLE head (single boolean PRIMARY KEY DEFAULT true CHECK (single), seq bigint NOT NULL, hash text NOT NULL);
INSERT INTO head (seq, hash) VALUES (0, repeat('0', 64));

-- Who looks after what, until when. Tokens only grow.
CREATE SEQUENCE token;
CREATE TABLE lease (
    key text COLLATE "C" PRIMARY KEY,
    token bigint NOT NULL,
    actor text NOT NULL,
    origin text NOT NULL,
    beside text[] NOT NULL,  -- all keys that were taken together with it, itself among them
    ttl interval NOT NULL,
    expires_at timestamptz NOT NULL,
    start_by timestamptz  -- something that was meant to be done may still begin until then
);

-- Where each person's cockpits start reading: what these themselves say that the record comes to.
CREATE TABLE checkpoint (
    actor text COLLATE "C" PRIMARY KEY,
    uid text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    state text NOT NULL
);

-- What is shown and not recorded: who is there, and what runs say right now.
CREATE UNLOGGED TABLE presence (
    actor text NOT NULL,
    origin text NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    doing text NOT NULL,
    role integer NOT NULL,
    skew_us bigint NOT NULL,
    PRIMARY KEY (actor, origin)
);
CREATE UNLOGGED TABLE live (
    run text COLLATE "C" PRIMARY KEY,
    at timestamptz NOT NULL,
    body text NOT NULL
);

-- Viewer 1, responder 2, approver 3; 0: nobody we know.
-- What each append needs is in plpgsql: a function in SQL would be planned anew each time.
CREATE FUNCTION role_of(person name) RETURNS integer LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN CASE
        WHEN pg_has_role(person, 'cockpit_approver', 'MEMBER') THEN 3
        WHEN pg_has_role(person, 'cockpit_responder', 'MEMBER') THEN 2
        WHEN pg_has_role(person, 'cockpit_viewer', 'MEMBER') THEN 1
        ELSE 0
    END;
END $$;

CREATE FUNCTION root_of(run text) RETURNS text LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN split_part(run, '.', 1);
END $$;

-- The same bytes as everywhere: keys sorted, no blanks. `body` is canonical JSON already.
CREATE FUNCTION hash_of(
    seq bigint, uid text, at bigint, boot_id text, mono_ns bigint, actor text, origin text, incident text,
    run text, step text, visit bigint, attempt bigint, kind text, body text, prev text
) RETURNS text LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN encode(sha256(convert_to(
        prev || E'\n{"actor":' || to_json(actor) || ',"at":' || at || ',"attempt":' || attempt
        || ',"body":' || body || ',"boot_id":' || to_json(boot_id) || ',"incident":' || to_json(incident)
        || ',"kind":' || to_json(kind) || ',"mono_ns":' || mono_ns || ',"origin":' || to_json(origin)
        || ',"prev":' || to_json(prev) || ',"run":' || to_json(run) || ',"seq":' || seq
        || ',"step":' || to_json(step) || ',"uid":' || to_json(uid) || ',"visit":' || visit || '}',
        'UTF8')), 'hex');
END $$;

-- One at a time, in one order. Who keeps it locked for long is told to others by name, and whoever only
-- forgets a transaction is sent away. A snapshot taken before our turn would not know who was before us.
CREATE FUNCTION take_turn() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the record is written in READ COMMITTED only';
    END IF;
    PERFORM set_config('synchronous_commit', 'on', true);
    PERFORM set_config('lock_timeout', '3s', true);
    PERFORM set_config('idle_in_transaction_session_timeout', '5s', true);
    PERFORM pg_advisory_xact_lock(1668984948);
EXCEPTION WHEN lock_not_available THEN
    RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = 'locked by', DETAIL = coalesce((
        SELECT string_agg(DISTINCT usename, ', ') FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE locktype = 'advisory' AND classid = 0 AND objid = 1668984948 AND objsubid = 1 AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())), '');
END $$;

-- Whether this person holds a run, with all that was taken together with it, under this very token.
CREATE FUNCTION holds(run text, mine bigint) RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, cockpit, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM lease own
        WHERE own.key = 'run:' || root_of(run) AND own.token = mine AND own.actor = session_user
        AND NOT EXISTS (
            SELECT FROM unnest(own.beside) AS other (key)
            LEFT JOIN lease ON lease.key = other.key AND lease.token = mine
                AND lease.expires_at > clock_timestamp()
            WHERE lease.key IS NULL));
END $$;

-- Whether this person has acted in a run, in what is around it or in what it has begun.
CREATE FUNCTION acts_in(person text, of_run text) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, cockpit, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM record
        WHERE record.actor = person
        AND (record.run = root_of(of_run)
            OR (record.run > root_of(of_run) || '.' AND record.run < root_of(of_run) || '/'))
        AND (record.kind LIKE 'run.%' OR record.kind LIKE 'step.%' OR record.kind LIKE 'undo.%'
            OR record.kind IN ('approval.requested', 'approval.broken_glass')))
$$;

CREATE FUNCTION against_stale(of_run text, of_step text, of_visit bigint, of_attempt bigint, of_kind text, mine bigint)
RETURNS text LANGUAGE plpgsql STABLE SET search_path = pg_catalog, cockpit, pg_temp AS $$
DECLARE
    now_held lease;
BEGIN
    IF of_run = '' OR holds(of_run, mine) OR NOT (
        of_kind LIKE 'run.%' OR of_kind LIKE 'step.%' OR of_kind LIKE 'undo.%' OR of_kind LIKE 'flag.%'
        OR of_kind IN ('approval.requested', 'approval.expired', 'approval.broken_glass', 'obligation.opened')
    ) THEN
        RETURN '';
    END IF;
    -- How something ended is worth knowing, also from who does not look after the run any more.
    IF (split_part(of_kind, '.', 2) IN ('spawned', 'exited') OR of_kind = 'flag.settled') AND EXISTS (
        SELECT FROM record
        WHERE record.run = of_run AND record.step = of_step AND record.visit = of_visit
        AND record.attempt = of_attempt AND record.actor = session_user
        AND record.kind IN (split_part(of_kind, '.', 1) || '.intent', 'flag.requested')
    ) THEN
        RETURN '';
    END IF;
    SELECT * INTO now_held FROM lease WHERE key = 'run:' || root_of(of_run);
    IF now_held.expires_at > clock_timestamp() THEN
        RETURN format('%s is in the hands of %s on %s', root_of(of_run), now_held.actor, now_held.origin);
    END IF;
    RETURN format('%s is not held by this cockpit', root_of(of_run));
END $$;

-- A number of a body; NULL where there is none.
CREATE FUNCTION number_of(said json, name text) RETURNS float8 LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN json_typeof(said -> name) = 'number' AND length(said ->> name) < 40
        THEN (said ->> name)::numeric::float8 END
$$;

-- Whether a question to a second person can be understood, and so be answered.
CREATE FUNCTION against_asking(asked json) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, cockpit, pg_temp AS $$
    SELECT CASE
        WHEN coalesce(asked ->> 'digest', '') = '' THEN 'it does not say what would be done'
        WHEN number_of(asked, 'expires_at') IS NULL THEN 'it does not say until when it can be approved'
        WHEN asked -> 'from' IS NOT NULL AND json_typeof(asked -> 'from') <> 'array'
            THEN 'it does not say who may approve it'
        ELSE ''
    END
$$;

-- Whom it takes for a step beside those who run it, by the runbook that the run began with.
CREATE FUNCTION approvers_of(of_run text, of_step text) RETURNS float8 LANGUAGE sql STABLE
SET search_path = pg_catalog, cockpit, pg_temp AS $$
    WITH book AS (
        SELECT record.body::json -> 'runbook' AS book FROM record
        WHERE record.run = of_run AND record.kind = 'run.started' ORDER BY record.seq LIMIT 1
    ), listed AS (
        SELECT unnest(ARRAY[book -> 'steps', book -> 'finally_']) AS steps FROM book
    ), step AS (
        SELECT json_array_elements(steps) AS step FROM listed WHERE json_typeof(steps) = 'array'
    )
    SELECT coalesce(max(coalesce(number_of(step -> 'approval', 'min'), 1)), 0) FROM step
    WHERE step ->> 'id' = of_step AND json_typeof(step -> 'approval') = 'object'
$$;

CREATE FUNCTION against_approving(of_run text, of_step text, of_visit bigint, of_attempt bigint, said json)
RETURNS text LANGUAGE plpgsql STABLE SET search_path = pg_catalog, cockpit, pg_temp AS $$
DECLARE
    asked record;
    wanted json;
BEGIN
    IF role_of(session_user) < 3 THEN
        RETURN format('%s is no approver', session_user);
    END IF;
    SELECT * INTO asked FROM record
    WHERE record.run = of_run AND record.step = of_step AND record.visit = of_visit
    AND record.attempt = of_attempt
    AND record.kind IN ('approval.requested', 'approval.refused', 'approval.expired')
    ORDER BY record.seq DESC LIMIT 1;
    IF asked IS NULL OR asked.kind <> 'approval.requested' THEN
        RETURN format('%s asks for no approval of %s now', of_run, of_step);
    END IF;
    wanted := asked.body::json;
    IF said ->> 'digest' IS DISTINCT FROM wanted ->> 'digest' THEN
        RETURN 'what would be done is not what was asked for';
    END IF;
    IF number_of(wanted, 'expires_at') < extract(epoch FROM clock_timestamp()) THEN
        RETURN 'the time to approve it is over';
    END IF;
    IF json_array_length(coalesce(wanted -> 'from', '[]')) > 0 AND NOT EXISTS (
        SELECT FROM json_array_elements_text(wanted -> 'from') AS named (person)
        WHERE named.person = session_user
    ) THEN
        RETURN format('%s is not among those who may approve it', session_user);
    END IF;
    IF acts_in(session_user, of_run) THEN
        RETURN format('%s acts in %s and cannot approve it', session_user, root_of(of_run));
    END IF;
    RETURN '';
END $$;

-- Whether what was asked for has been granted by enough people who do not act in the run.
CREATE FUNCTION against_doing(of_run text, of_step text, of_visit bigint, of_attempt bigint)
RETURNS text LANGUAGE plpgsql STABLE SET search_path = pg_catalog, cockpit, pg_temp AS $$
DECLARE
    asked record;
    found bigint;
    needed float8 := approvers_of(of_run, of_step);
BEGIN
    SELECT * INTO asked FROM record
    WHERE record.run = of_run AND record.step = of_step AND record.visit = of_visit
    AND record.attempt = of_attempt
    AND record.kind IN ('approval.requested', 'approval.refused', 'approval.expired', 'approval.broken_glass')
    ORDER BY record.seq DESC LIMIT 1;
    IF asked.kind = 'approval.broken_glass' OR (asked IS NULL AND needed < 1) THEN
        RETURN '';
    END IF;
    IF asked IS NULL THEN
        RETURN format('%s of %s needs a second person, and nobody was asked', of_step, of_run);
    END IF;
    IF asked.kind <> 'approval.requested' THEN
        RETURN format('%s of %s was not approved', of_step, of_run);
    END IF;
    IF number_of(asked.body::json, 'expires_at') < extract(epoch FROM clock_timestamp()) THEN
        RETURN format('the time of the approval of %s of %s is over', of_step, of_run);
    END IF;
    needed := greatest(needed, 1, number_of(asked.body::json, 'min'));
    SELECT count(DISTINCT record.actor) INTO found FROM record
    WHERE record.run = of_run AND record.step = of_step AND record.visit = of_visit
    AND record.attempt = of_attempt AND record.kind = 'approval.granted' AND record.seq > asked.seq
    AND record.actor <> session_user AND NOT acts_in(record.actor, of_run)
    AND record.body::json ->> 'digest' = asked.body::json ->> 'digest';
    IF found < needed THEN
        RETURN format('%s of %s has not been approved by a second person', of_step, of_run);
    END IF;
    RETURN '';
END $$;

CREATE FUNCTION put(
    origin text, boot_id text, mono_ns bigint, uid text, at bigint, incident text, run text, step text,
    visit bigint, attempt bigint, kind text, body text
) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, cockpit, pg_temp AS $$
DECLARE
    last head;
    made text;
BEGIN
    SELECT * INTO STRICT last FROM head;
    made := hash_of(last.seq + 1, uid, at, boot_id, mono_ns, session_user, origin, incident, run, step, visit,
        attempt, kind, body, last.hash);
    INSERT INTO record VALUES (
        last.seq + 1, uid, at, boot_id, mono_ns, session_user, origin, incident, run, step, visit, attempt, kind,
        body, last.hash, made);
    UPDATE head SET seq = last.seq + 1, hash = made;
END $$;

-- A refusal is on record itself; who is refused the same again within a minute is not told of twice.
CREATE FUNCTION refused(origin text, boot_id text, mono_ns bigint, what text, why text, stale boolean)
RETURNS SETOF cockpit.record LANGUAGE plpgsql SET search_path = pg_catalog, cockpit, pg_temp AS $$
DECLARE
    told text := '{"by":"the record"' || CASE WHEN stale THEN ',"stale":true' ELSE '' END
        || ',"what":' || to_json(what) || ',"why":' || to_json(why) || '}';
    known cockpit.record;
BEGIN
    SELECT * INTO known FROM record
    WHERE record.kind = 'access.refused' AND record.actor = session_user AND record.body = told
    AND record.stored_at > clock_timestamp() - interval '1 minute'
    AND record.seq > (SELECT head.seq FROM head) - 10000
    ORDER BY record.seq DESC LIMIT 1;
    IF known IS NULL THEN
        PERFORM put(origin, boot_id, mono_ns, 'refused-' || gen_random_uuid(),
            (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, '', '', '', 0, 0, 'access.refused', told);
        SELECT * INTO known FROM record ORDER BY record.seq DESC LIMIT 1;
        PERFORM pg_notify('cockpit', 'record');
    END IF;
    RETURN NEXT known;
END $$;

-- Why this person may not put this on record now; empty: they may.
CREATE FUNCTION against(
    of_run text, of_step text, of_visit bigint, of_attempt bigint, of_kind text, said text, mine bigint,
    OUT why text, OUT stale boolean
) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, cockpit, pg_temp AS $$
BEGIN
    stale := false;
    IF role_of(session_user) < 2 THEN
        why := CASE WHEN of_kind = 'access.refused' AND octet_length(said) < 4096 THEN ''
            ELSE format('%s may only look here', session_user) END;
        RETURN;
    END IF;
    IF of_kind IN ('approval.granted', 'approval.refused') THEN
        why := against_approving(of_run, of_step, of_visit, of_attempt, said::json);
        RETURN;
    END IF;
    why := against_stale(of_run, of_step, of_visit, of_attempt, of_kind, mine);
    stale := why <> '';
    IF why = '' AND of_kind = 'step.intent' THEN
        why := against_doing(of_run, of_step, of_visit, of_attempt);
    ELSIF why = '' AND of_kind = 'approval.requested' THEN
        why := against_asking(said::json);
    END IF;
END $$;

-- What nobody could read or keep. How a body is written is not looked at: readers do, and name who wrote it.
CREATE FUNCTION check_kept(at bigint, body text, names text[]) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF octet_length(body) > 8388608 OR json_typeof(body::json) <> 'object' THEN
        RAISE EXCEPTION 'a body is no object, or too large';
    END IF;
    IF round(at::float8 / 1000000 * 1000000)::bigint <> at THEN
        RAISE EXCEPTION 'a time is too far away';
    END IF;
    IF EXISTS (SELECT FROM unnest(names) AS name WHERE octet_length(name) > 2000) THEN
        RAISE EXCEPTION 'a name is too long';
    END IF;
END $$;

-- All of them or none, each checked against all before it, in one transaction. What is on record already
-- under its uid is returned as it stands. A refusal is one record of its own, told by its kind.
CREATE FUNCTION append(
    origin text, boot_id text, mono_ns bigint, uids text[], ats bigint[], incidents text[], runs text[],
    steps text[], visits bigint[], attempts bigint[], kinds text[], bodies text[], tokens bigint[]
) RETURNS SETOF cockpit.record LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cockpit, pg_temp AS $$
DECLARE
    denied record;
    what text;
    fresh boolean := false;
BEGIN
    PERFORM take_turn();
    BEGIN
        FOR i IN 1 .. cardinality(uids) LOOP
            CONTINUE WHEN EXISTS (SELECT FROM record WHERE record.uid = uids[i]);
            PERFORM check_kept(ats[i], bodies[i],
                ARRAY[origin, boot_id, uids[i], incidents[i], runs[i], steps[i], kinds[i]]);
            SELECT * INTO denied
                FROM against(runs[i], steps[i], visits[i], attempts[i], kinds[i], bodies[i], tokens[i]);
            IF denied.why <> '' THEN
                what := concat_ws(' ', kinds[i], nullif(runs[i], ''), nullif(steps[i], ''));
                RAISE EXCEPTION USING ERRCODE = 'CK001';
            END IF;
            PERFORM put(origin, boot_id, mono_ns, uids[i], ats[i], incidents[i], runs[i], steps[i], visits[i],
                attempts[i], kinds[i], bodies[i]);
            fresh := true;
            IF kinds[i] IN ('step.intent', 'undo.intent') THEN
                UPDATE lease SET start_by = clock_timestamp() + interval '5 seconds'
                WHERE lease.token = tokens[i] AND lease.actor = session_user;
            END IF;
        END LOOP;
    EXCEPTION WHEN SQLSTATE 'CK001' THEN
        RETURN QUERY SELECT * FROM refused(origin, boot_id, mono_ns, what, denied.why, denied.stale);
        RETURN;
    END;
    IF fresh THEN
        PERFORM pg_notify('cockpit', 'record');
    END IF;
    RETURN QUERY SELECT record.* FROM unnest(uids) WITH ORDINALITY AS asked (uid, place)
        JOIN record ON record.uid = asked.uid ORDER BY asked.place;
END $$;

-- All keys or none, while each is free or over by this clock: the token, or 0 and who has which.
CREATE FUNCTION acquire(keys text[], seconds float8, origin text)
RETURNS TABLE (token bigint, taken text) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, cockpit, pg_temp AS $$
DECLARE
    wanted text[] := ARRAY(SELECT DISTINCT key FROM unnest(keys) AS key);
    other text;
    next bigint;
BEGIN
    PERFORM take_turn();
    IF role_of(session_user) < 2 THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = format('%s may only look here', session_user);
    END IF;
    IF NOT seconds BETWEEN 2 AND 86400 OR cardinality(keys) NOT BETWEEN 1 AND 10000 THEN
        RAISE EXCEPTION 'a lease lasts from 2 s to a day';
    END IF;
    IF EXISTS (SELECT FROM unnest(wanted || origin) AS name WHERE octet_length(name) > 2000) THEN
        RAISE EXCEPTION 'a name is too long';
    END IF;
    -- Who prolongs one of them just now is waited for.
    PERFORM FROM lease WHERE lease.key = ANY (wanted) ORDER BY lease.key FOR UPDATE;
    SELECT lease.key INTO other FROM unnest(keys) WITH ORDINALITY AS asked (key, place)
        JOIN lease ON lease.key = asked.key
        WHERE greatest(lease.expires_at, lease.start_by) > clock_timestamp() ORDER BY place LIMIT 1;
    IF FOUND THEN
        RETURN QUERY SELECT 0::bigint, other;
        RETURN;
    END IF;
    next := nextval('token');
    INSERT INTO lease SELECT each, next, session_user, origin, wanted,
        make_interval(secs => seconds), clock_timestamp() + make_interval(secs => seconds), NULL::timestamptz
        FROM unnest(wanted) AS each
    ON CONFLICT (key) DO UPDATE SET token = excluded.token, actor = excluded.actor,
        origin = excluded.origin, beside = excluded.beside, ttl = excluded.ttl,
        expires_at = excluded.expires_at, start_by = NULL;
    RETURN QUERY SELECT next, ''::text;
END $$;

-- Which of them are still this person's, from now on for another while. What is over stays over.
CREATE FUNCTION renew(tokens bigint[]) RETURNS SETOF bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, cockpit, pg_temp AS $$
BEGIN
    PERFORM FROM lease WHERE lease.token = ANY (tokens) AND lease.actor = session_user
        ORDER BY lease.key FOR UPDATE;
    RETURN QUERY
    WITH whole AS (
        SELECT own.token FROM lease own WHERE own.token = ANY (tokens) AND own.actor = session_user
        GROUP BY own.token
        HAVING bool_and(own.expires_at > clock_timestamp()) AND count(*) = max(cardinality(own.beside))
    ), renewed AS (
        UPDATE lease SET expires_at = clock_timestamp() + lease.ttl
        FROM whole WHERE lease.token = whole.token AND lease.expires_at > clock_timestamp()
        RETURNING lease.token
    )
    SELECT DISTINCT renewed.token FROM renewed;
END $$;

-- Until `start_by` nobody else may have it, also when it is let go.
CREATE FUNCTION release(tokens bigint[]) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, cockpit, pg_temp AS $$
    SELECT FROM lease WHERE lease.token = ANY (tokens) AND lease.actor = session_user
        ORDER BY lease.key FOR UPDATE;
    DELETE FROM lease WHERE lease.token = ANY (tokens) AND lease.actor = session_user
        AND (lease.start_by IS NULL OR lease.start_by <= clock_timestamp());
    UPDATE lease SET expires_at = least(lease.expires_at, clock_timestamp())
        WHERE lease.token = ANY (tokens) AND lease.actor = session_user;
$$;

-- One for each person, and for nobody else to see.
CREATE FUNCTION keep(of_uid text, of_seq bigint, what text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, cockpit, pg_temp AS $$
BEGIN
    IF octet_length(what) > 67108864 OR octet_length(of_uid) > 2000 THEN
        RAISE EXCEPTION 'a checkpoint is too large';
    END IF;
    INSERT INTO checkpoint VALUES (session_user, of_uid, of_seq, what)
    ON CONFLICT (actor) DO UPDATE SET uid = excluded.uid, seq = excluded.seq, state = excluded.state;
END $$;

CREATE FUNCTION kept() RETURNS TABLE (uid text, seq bigint, state text) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, cockpit, pg_temp AS $$
    SELECT c.uid, c.seq, c.state FROM checkpoint c WHERE c.actor = session_user
$$;

-- This cockpit lives: who else does, and how far its clock is off.
CREATE FUNCTION here(of_origin text, at bigint, what text)
RETURNS TABLE (now_us bigint, actor text, origin text, since_us bigint, seen_us bigint, doing text,
    role integer, skew_us bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cockpit, pg_temp AS $$
DECLARE
    this_moment timestamptz := clock_timestamp();
    us bigint := (extract(epoch FROM this_moment) * 1000000)::bigint;
    changed boolean;
BEGIN
    changed := NOT EXISTS (SELECT FROM presence p WHERE p.actor = session_user AND p.origin = of_origin
        AND p.doing = left(what, 200) AND p.seen_at > this_moment - interval '20 seconds');
    INSERT INTO presence VALUES (session_user, left(of_origin, 200), this_moment, this_moment, left(what, 200),
        role_of(session_user), at - us)
    ON CONFLICT ON CONSTRAINT presence_pkey DO UPDATE SET seen_at = excluded.seen_at, doing = excluded.doing,
        role = excluded.role, skew_us = excluded.skew_us,
        since = CASE WHEN presence.seen_at < this_moment - interval '1 minute' THEN excluded.since
            ELSE presence.since END;
    DELETE FROM presence p WHERE p.seen_at < this_moment - interval '1 hour';
    IF changed THEN
        PERFORM pg_notify('cockpit', 'company');
    END IF;
    RETURN QUERY SELECT us, p.actor, p.origin, (extract(epoch FROM p.since) * 1000000)::bigint,
        (extract(epoch FROM p.seen_at) * 1000000)::bigint, p.doing, p.role, p.skew_us
        FROM presence p WHERE p.seen_at > this_moment - interval '20 seconds' ORDER BY p.since, p.actor;
END $$;

CREATE FUNCTION gone(of_origin text) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, cockpit, pg_temp AS $$
    DELETE FROM presence p WHERE p.actor = session_user AND p.origin = of_origin;
    SELECT pg_notify('cockpit', 'company');
$$;

-- What a run says right now, from who holds it.
CREATE FUNCTION show(of_run text, mine bigint, what text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, cockpit, pg_temp AS $$
BEGIN
    IF NOT holds(of_run, mine) OR octet_length(what) > 1048576 THEN
        RETURN false;
    END IF;
    INSERT INTO live VALUES (of_run, clock_timestamp(), what)
    ON CONFLICT (run) DO UPDATE SET at = excluded.at, body = excluded.body;
    PERFORM pg_notify('cockpit', 'run ' || of_run);
    RETURN true;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA cockpit FROM PUBLIC;
GRANT USAGE ON SCHEMA cockpit TO cockpit_viewer;
GRANT SELECT ON record, head, lease, presence, live, migration TO cockpit_viewer;
GRANT EXECUTE ON FUNCTION append, here, gone, role_of, keep, kept TO cockpit_viewer;
GRANT EXECUTE ON FUNCTION acquire, renew, release, show TO cockpit_responder;
