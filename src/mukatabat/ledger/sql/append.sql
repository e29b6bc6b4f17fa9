-- Appends leaves with their tiles and the checkpoint over all, if the log still is what the caller built on.
-- Compare and set: of two callers that built on one head the second finds another one and gets false. Leaves have no
-- gap, a tile is only ever extended, and nothing but a waiting commitment becomes a leaf; anything else is an error.
CREATE OR REPLACE FUNCTION ledger_append(
    old_size bigint, old_root bytea, new_root bytea, new_note text, sources uuid[], commitments bytea[],
    levels integer[], numbers bigint[], tiles bytea[]
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    total bigint := cardinality(sources);
    touched bigint;
BEGIN
    IF total = 0 OR total <> cardinality(commitments) THEN
        RAISE EXCEPTION 'ledger_append: nothing to append';
    END IF;
    UPDATE ledger_log SET size = old_size + total, root = new_root WHERE size = old_size AND root = old_root;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM ledger_waiting USING unnest(sources, commitments) AS given (source, value)
        WHERE source_id = given.source AND commitment = given.value;
    GET DIAGNOSTICS touched = ROW_COUNT;
    IF touched <> total THEN
        RAISE EXCEPTION 'ledger_append: what is appended does not wait';
    END IF;
    INSERT INTO ledger_leaf (number, source_id, commitment, at)
        SELECT old_size + given.place - 1, given.source, given.value, now()
        FROM unnest(sources, commitments) WITH ORDINALITY AS given (source, value, place);
    INSERT INTO ledger_tile (level, number, data)
        SELECT given.level, given.number, given.data FROM unnest(levels, numbers, tiles) AS given (level, number, data)
        ON CONFLICT (level, number) DO UPDATE SET data = excluded.data
        WHERE length(excluded.data) > length(ledger_tile.data)
            AND substr(excluded.data, 1, length(ledger_tile.data)) = ledger_tile.data;
    GET DIAGNOSTICS touched = ROW_COUNT;
    IF touched <> cardinality(tiles) THEN
        RAISE EXCEPTION 'ledger_append: a tile is not an extension of what it was';
    END IF;
    INSERT INTO ledger_checkpoint (size, root, note, at) VALUES (old_size + total, new_root, new_note, now());
    RETURN true;
END $$;
ALTER FUNCTION ledger_append(bigint, bytea, bytea, text, uuid[], bytea[], integer[], bigint[], bytea[])
    OWNER TO mukatabat_definer;
REVOKE ALL ON FUNCTION ledger_append(bigint, bytea, bytea, text, uuid[], bytea[], integer[], bigint[], bytea[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_append(bigint, bytea, bytea, text, uuid[], bytea[], integer[], bigint[], bytea[])
    TO mukatabat_app;
GRANT SELECT, DELETE ON ledger_waiting TO mukatabat_definer;
GRANT SELECT, INSERT ON ledger_leaf TO mukatabat_definer;
GRANT SELECT, INSERT, UPDATE ON ledger_tile TO mukatabat_definer;
