-- Finding letters by number, word and counterpart (the port of the search room, search/sql/find.sql).
-- Row-level security keeps PostgreSQL from using these indexes for LIKE-like and text operators, because they are not
-- leakproof. So the function runs as a role of its own whose policy hides nothing, and itself reads one body alone.

-- The words of a folded subject as lexemes, with the body's own id among them, so that one index serves every body.
CREATE FUNCTION letters_words(body uuid, folded text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(array_remove(regexp_split_to_array(folded, '[^[:alnum:]]+'), '') || ('#' || body::text))
$$;
-- They are computed when a letter is written, not when it is looked for. A sealed letter's subject is in no index.
ALTER TABLE letters_letter ADD COLUMN subject_words tsvector
    GENERATED ALWAYS AS (CASE WHEN secrecy = 'normal' THEN letters_words(body_id, subject_folded) END) STORED;
CREATE INDEX letters_find_words ON letters_letter USING gin (subject_words);
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
-- "texts" of {"words": a tsquery or "", "counterpart": a body's id or null}; "frequent" where the texts hold words, not
-- numbers alone. The grants are read before the limit, so that what one may not see moves nothing in the answer.
-- 1. Words that are frequent are found among the newest grants; whoever has few grants needs no other step.
-- 2. Rare words and numbers are found through their indexes.
CREATE FUNCTION search_letters(
    asked jsonb, grantees uuid[], shelves text[], at timestamptz,
    since timestamptz, before_time timestamptz, before_id uuid, most integer
) RETURNS TABLE (found_id uuid, found_time timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    near_grants CONSTANT integer := 1000;
    body uuid := nullif(current_setting('mukatabat.body', true), '')::uuid;
    exact text[] := ARRAY(SELECT jsonb_array_elements_text(asked -> 'exact'));
    endings text[] := ARRAY(SELECT reverse(jsonb_array_elements_text(asked -> 'endings')));
    phrases tsquery[];
    others uuid[];
    ids uuid[];
    times timestamptz[];
    more_ids uuid[];
    more_times timestamptz[];
    scanned integer;
BEGIN
    IF body IS NULL THEN
        RETURN;
    END IF;
    SELECT array_agg(nullif(text ->> 'words', '')::tsquery), array_agg((text ->> 'counterpart')::uuid)
    INTO phrases, others FROM jsonb_array_elements(asked -> 'texts') AS text;

    IF (asked ->> 'frequent')::boolean THEN  -- 1
        WITH near AS MATERIALIZED (
            SELECT DISTINCT one.object_id, one.sort_time
            FROM unnest(grantees) AS who(id) CROSS JOIN unnest(shelves) AS shelf(name) CROSS JOIN LATERAL (
                SELECT g.object_id, g.sort_time FROM access_grant g
                WHERE g.grantee_id = who.id AND g.shelf = shelf.name AND NOT g.denies AND g.sort_time >= since
                  AND g.starts <= at AND (g.ends IS NULL OR g.ends > at)
                  AND (g.sort_time, g.object_id) < (before_time, before_id)
                ORDER BY g.sort_time DESC, g.object_id DESC LIMIT near_grants
            ) one
            ORDER BY one.sort_time DESC, one.object_id DESC LIMIT near_grants
        ), likely AS MATERIALIZED (
            SELECT l.id, near.sort_time
            FROM near JOIN letters_letter l ON l.id = near.object_id
            WHERE l.body_id = body AND l.state <> 'discarded' AND (
                l.reference = ANY(exact) OR l.their_reference = ANY(exact)
                OR EXISTS (SELECT FROM unnest(endings) AS ending
                           WHERE starts_with(reverse(l.reference), ending)
                              OR starts_with(reverse(l.their_reference), ending))
                OR EXISTS (SELECT FROM unnest(phrases, others) AS asked_text(phrase, other)
                           WHERE (other IS NULL OR other = l.counterpart_id)
                             AND (phrase IS NULL OR l.subject_words @@ phrase)))
        ), matching AS (
            SELECT ordered.id, ordered.sort_time
            FROM (SELECT * FROM likely ORDER BY sort_time DESC, id DESC OFFSET 0) ordered
            WHERE letters_find_visible(ordered.id, grantees, at) LIMIT most
        )
        SELECT (SELECT count(*) FROM near), array_agg(matching.id), array_agg(matching.sort_time)
        INTO scanned, ids, times FROM matching;
        IF scanned < near_grants OR cardinality(ids) >= most THEN
            RETURN QUERY SELECT pair.id, pair.time FROM unnest(ids, times) AS pair(id, time)
            ORDER BY pair.time DESC, pair.id DESC;
            RETURN;
        END IF;
    END IF;

    SELECT array_agg(l.id), array_agg(l.sort_time) INTO ids, times  -- 2
    FROM letters_letter l
    WHERE l.body_id = body AND (l.reference = ANY(exact) OR l.their_reference = ANY(exact));
    FOR place IN 1 .. coalesce(cardinality(endings), 0) LOOP
        SELECT array_agg(one.id), array_agg(one.sort_time) INTO more_ids, more_times
        FROM (
            SELECT l.id, l.sort_time FROM letters_letter l
            WHERE l.body_id = body AND reverse(l.reference) COLLATE "C" >= endings[place]
              AND reverse(l.reference) COLLATE "C" < endings[place] || '~'
            UNION
            SELECT l.id, l.sort_time FROM letters_letter l
            WHERE l.body_id = body AND reverse(l.their_reference) COLLATE "C" >= endings[place]
              AND reverse(l.their_reference) COLLATE "C" < endings[place] || '~'
        ) one;
        ids := ids || more_ids;
        times := times || more_times;
    END LOOP;
    FOR place IN 1 .. coalesce(cardinality(phrases), 0) LOOP
        IF phrases[place] IS NULL THEN  -- a body's name alone
            SELECT array_agg(one.id), array_agg(one.sort_time) INTO more_ids, more_times
            FROM (
                SELECT l.id, l.sort_time FROM letters_letter l
                WHERE l.body_id = body AND l.counterpart_id = others[place] AND l.state <> 'discarded'
                  AND l.sort_time >= since AND (l.sort_time, l.id) < (before_time, before_id)
                  AND letters_find_visible(l.id, grantees, at)
                  AND EXISTS (SELECT FROM access_grant g
                              WHERE g.object_id = l.id AND g.grantee_id = ANY(grantees) AND g.shelf = ANY(shelves))
                ORDER BY l.sort_time DESC, l.id DESC LIMIT most
            ) one;
        ELSE
            SELECT array_agg(l.id), array_agg(l.sort_time) INTO more_ids, more_times
            FROM letters_letter l
            WHERE l.subject_words @@ (('''#' || body || '''')::tsquery && phrases[place]) AND l.body_id = body
              AND (others[place] IS NULL OR l.counterpart_id = others[place]);
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
      AND EXISTS (SELECT FROM letters_letter l WHERE l.id = one.id AND l.body_id = body AND l.state <> 'discarded')
      AND EXISTS (SELECT FROM access_grant g
                  WHERE g.object_id = one.id AND g.grantee_id = ANY(grantees) AND g.shelf = ANY(shelves))
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
GRANT SELECT (id, body_id, state, secrecy, reference, their_reference, subject_words, counterpart_id, sort_time)
    ON letters_letter TO mukatabat_definer;
GRANT SELECT (object_id, grantee_id, denies, starts, ends, shelf, sort_time) ON access_grant TO mukatabat_definer;
CREATE POLICY finding ON letters_letter FOR SELECT TO mukatabat_definer USING (true);
CREATE POLICY finding ON access_grant FOR SELECT TO mukatabat_definer USING (true);
