-- Puts the acts that linked bodies are told of into their feeds, in the order in which the trail was chained, and returns
-- the bodies that have news. The chain's sequencer numbers only what is committed, so an act whose transaction commits
-- late comes later in the feed and is never skipped. `published` is a JSON object: act -> type of event.
-- Events are numbered for each body by itself, without gaps: the numbers tell nothing of other bodies.
CREATE FUNCTION portal_publish(published jsonb, batch integer) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    reached bigint;
    act record;
    given bigint;
    news uuid[] := '{}';
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('portal_publish'));
    SELECT link INTO STRICT reached FROM portal_position;
    FOR act IN
        SELECT chained.number AS link, entry.id, entry.body_id, entry.at, entry.object_kind, entry.object_id,
               published ->> entry.act AS type, entry.detail ->> 'consignment' AS consignment
        FROM (SELECT number, entry_id FROM audit_link WHERE number > reached ORDER BY number LIMIT batch) chained
        JOIN audit_entry entry ON entry.id = chained.entry_id
        ORDER BY chained.number
    LOOP
        reached := act.link;
        CONTINUE WHEN act.type IS NULL OR act.object_id IS NULL;
        UPDATE portal_feed SET last_number = last_number + 1 WHERE body_id = act.body_id
            RETURNING last_number INTO given;
        CONTINUE WHEN NOT FOUND;
        INSERT INTO portal_event (id, body_id, number, type, object_kind, object_id, consignment_id, at)
        VALUES (act.id, act.body_id, given, act.type, act.object_kind, act.object_id, act.consignment::uuid, act.at);
        IF NOT act.body_id = ANY(news) THEN
            news := news || act.body_id;
            PERFORM pg_notify('mukatabat_events', act.body_id::text);
        END IF;
    END LOOP;
    UPDATE portal_position SET link = reached WHERE link < reached;
    RETURN news;
END $$;

-- Removes the events that happened before a moment, in every feed, and keeps how far each feed was emptied.
CREATE FUNCTION portal_forget(before timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    removed bigint;
BEGIN
    WITH gone AS (
        DELETE FROM portal_event WHERE at < before RETURNING body_id, number
    ), emptied AS (
        UPDATE portal_feed feed SET forgotten = greatest(feed.forgotten, most.number)
        FROM (SELECT body_id, max(number) AS number FROM gone GROUP BY body_id) most
        WHERE most.body_id = feed.body_id
    )
    SELECT count(*) INTO removed FROM gone;
    RETURN removed;
END $$;

ALTER FUNCTION portal_publish(jsonb, integer) OWNER TO mukatabat_definer;
ALTER FUNCTION portal_forget(timestamptz) OWNER TO mukatabat_definer;
REVOKE ALL ON FUNCTION portal_publish(jsonb, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION portal_forget(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_publish(jsonb, integer) TO mukatabat_app;
GRANT EXECUTE ON FUNCTION portal_forget(timestamptz) TO mukatabat_app;
GRANT SELECT, UPDATE ON portal_position TO mukatabat_definer;
GRANT SELECT, UPDATE ON portal_feed TO mukatabat_definer;
GRANT SELECT, INSERT, DELETE ON portal_event TO mukatabat_definer;
GRANT SELECT (id, body_id, at, act, object_kind, object_id, detail) ON audit_entry TO mukatabat_definer;
CREATE POLICY publishing ON portal_feed TO mukatabat_definer USING (true) WITH CHECK (true);
CREATE POLICY publishing ON portal_event TO mukatabat_definer USING (true) WITH CHECK (true);
CREATE POLICY publishing ON audit_entry FOR SELECT TO mukatabat_definer USING (true);

-- From here on: what was chained before is history, not news. Bodies that have tokens already have a feed at once.
DO $$
BEGIN
    INSERT INTO portal_position (id, link) SELECT 1, coalesce(max(number), 0) FROM audit_link;
    INSERT INTO portal_feed (id, body_id, last_number, forgotten, opened_at)
    SELECT gen_random_uuid(), body_id, 0, 0, now() FROM (SELECT DISTINCT body_id FROM portal_token) linked;
END $$;
