-- Finding letters by number, word and counterpart (the port of the search room, search/sql/find.sql).
-- Row-level security keeps PostgreSQL from using these indexes for LIKE-like and text operators, because they are not
-- leakproof. So the function runs as a role of its own whose policy hides nothing, and itself reads one body alone.

-- The words of a folded subject as lexemes, with the body's own id among them, so that one index serves every body.
CREATE FUNCTION letters_words(body uuid, folded text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(array_remove(regexp_split_to_array(folded, '[^[:alnum:]]+'), '') || ('#' || body::text))
$$;
-- A sealed letter's subject is in no index.
CREATE INDEX letters_find_words ON letters_letter USING gin (letters_words(body_id, subject_folded))
    WHERE secrecy = 'normal' AND subject_folded <> '';
-- References end in year and serial: read backwards, an ending is a beginning.
CREATE INDEX letters_find_ours ON letters_letter (body_id, reverse(reference) COLLATE "C");
CREATE INDEX letters_find_theirs ON letters_letter (body_id, reverse(their_reference) COLLATE "C");
CREATE INDEX letters_find_counterpart ON letters_letter (body_id, counterpart_id, sort_time DESC, id DESC);

-- Whether any of the identities was granted the object and none is walled from it; the same rule as granted.sql.
CREATE FUNCTION letters_find_visible(object uuid, grantees uuid[], at timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM access_grant g
        WHERE g.object_id = object AND g.grantee_id = ANY(grantees) AND NOT g.denies
          AND g.starts <= at AND (g.ends IS NULL OR g.ends > at)
    ) AND NOT EXISTS (
        SELECT FROM access_grant wall
        WHERE wall.object_id = object AND wall.grantee_id = ANY(grantees) AND wall.denies
          AND wall.starts <= at AND (wall.ends IS NULL OR wall.ends > at)
    )
$$;

-- The newest letters of the body in scope that the identities may see and that match one of the asked things, older
-- than the given place. `asked` is a JSON object: "exact" references; "endings" of references such as "2026-04127";
-- "texts" of {"words": a tsquery or "", "counterpart": a body's id or null}. The grants are read before the limit, so
-- that what one may not see moves nothing in the answer.
CREATE FUNCTION search_letters(
    asked jsonb, grantees uuid[], shelves text[], at timestamptz,
    since timestamptz, before_time timestamptz, before_id uuid, most integer
) RETURNS TABLE (found_id uuid, found_time timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    body uuid := nullif(current_setting('mukatabat.body', true), '')::uuid;
    exact text[] := ARRAY(SELECT jsonb_array_elements_text(asked -> 'exact'));
    ending text;
    phrase jsonb;
    other uuid;
    wanted tsquery;
    ids uuid[] := '{}';
    times timestamptz[] := '{}';
    more_ids uuid[];
    more_times timestamptz[];
BEGIN
    IF body IS NULL THEN
        RETURN;
    END IF;
    SELECT array_agg(l.id), array_agg(l.sort_time) INTO ids, times
    FROM letters_letter l
    WHERE l.body_id = body AND (l.reference = ANY(exact) OR l.their_reference = ANY(exact));
    FOR ending IN SELECT reverse(jsonb_array_elements_text(asked -> 'endings')) LOOP
        SELECT array_agg(one.id), array_agg(one.sort_time) INTO more_ids, more_times
        FROM (
            SELECT l.id, l.sort_time FROM letters_letter l
            WHERE l.body_id = body AND reverse(l.reference) COLLATE "C" >= ending
              AND reverse(l.reference) COLLATE "C" < ending || '~'
            UNION
            SELECT l.id, l.sort_time FROM letters_letter l
            WHERE l.body_id = body AND reverse(l.their_reference) COLLATE "C" >= ending
              AND reverse(l.their_reference) COLLATE "C" < ending || '~'
        ) one;
        ids := ids || more_ids;
        times := times || more_times;
    END LOOP;
    FOR phrase IN SELECT jsonb_array_elements(asked -> 'texts') LOOP
        other := (phrase ->> 'counterpart')::uuid;
        IF phrase ->> 'words' = '' THEN
            SELECT array_agg(one.id), array_agg(one.sort_time) INTO more_ids, more_times
            FROM (
                SELECT l.id, l.sort_time FROM letters_letter l
                WHERE l.body_id = body AND l.counterpart_id = other AND l.state <> 'discarded'
                  AND l.sort_time >= since AND (l.sort_time, l.id) < (before_time, before_id)
                  AND letters_find_visible(l.id, grantees, at)
                ORDER BY l.sort_time DESC, l.id DESC LIMIT most
            ) one;
        ELSE
            wanted := ('''#' || body::text || ''' & ' || (phrase ->> 'words'))::tsquery;
            SELECT array_agg(one.id), array_agg(one.sort_time) INTO more_ids, more_times
            FROM (
                SELECT l.id, l.sort_time FROM letters_letter l
                WHERE letters_words(l.body_id, l.subject_folded) @@ wanted AND l.secrecy = 'normal'
                  AND l.subject_folded <> '' AND l.body_id = body AND (other IS NULL OR l.counterpart_id = other)
            ) one;
        END IF;
        ids := ids || more_ids;
        times := times || more_times;
    END LOOP;
    RETURN QUERY
    SELECT one.id, one.time
    FROM (
        SELECT DISTINCT pair.id, pair.time FROM unnest(ids, times) AS pair(id, time)
        WHERE pair.time >= since AND (pair.time, pair.id) < (before_time, before_id)
        ORDER BY pair.time DESC, pair.id DESC OFFSET 0  -- the grants are read from the newest on, until the page is full
    ) one
    WHERE letters_find_visible(one.id, grantees, at)
      AND EXISTS (
          SELECT FROM letters_letter l WHERE l.id = one.id AND l.body_id = body AND l.state <> 'discarded'
      )
      AND (cardinality(shelves) = 0 OR EXISTS (
          SELECT FROM access_grant g
          WHERE g.object_id = one.id AND g.grantee_id = ANY(grantees) AND g.shelf = ANY(shelves)
      ))
    LIMIT most;
END $$;

ALTER FUNCTION letters_words(uuid, text) OWNER TO mukatabat_definer;
ALTER FUNCTION letters_find_visible(uuid, uuid[], timestamptz) OWNER TO mukatabat_definer;
ALTER FUNCTION search_letters(jsonb, uuid[], text[], timestamptz, timestamptz, timestamptz, uuid, integer)
    OWNER TO mukatabat_definer;
REVOKE ALL ON FUNCTION letters_find_visible(uuid, uuid[], timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION search_letters(jsonb, uuid[], text[], timestamptz, timestamptz, timestamptz, uuid, integer)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    search_letters(jsonb, uuid[], text[], timestamptz, timestamptz, timestamptz, uuid, integer) TO mukatabat_app;
-- Its role sees the columns that it compares and no other.
GRANT SELECT (id, body_id, state, secrecy, reference, their_reference, subject_folded, counterpart_id, sort_time)
    ON letters_letter TO mukatabat_definer;
GRANT SELECT (object_id, grantee_id, denies, starts, ends, shelf, body_id) ON access_grant TO mukatabat_definer;
CREATE POLICY finding ON letters_letter FOR SELECT TO mukatabat_definer USING (true);
CREATE POLICY finding ON access_grant FOR SELECT TO mukatabat_definer USING (true);
