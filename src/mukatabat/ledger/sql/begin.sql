-- Begins the host's one log, with its first checkpoint over nothing; a second beginning changes nothing.
CREATE OR REPLACE FUNCTION ledger_begin(
    new_origin text, new_public bytea, new_store text, new_root_key text, new_token bytea, new_root bytea, new_note text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO ledger_log (id, origin, public, store, root_key, token, size, root, begun_at)
        VALUES (1, new_origin, new_public, new_store, new_root_key, new_token, 0, new_root, now())
        ON CONFLICT DO NOTHING;
    IF FOUND THEN
        INSERT INTO ledger_checkpoint (size, root, note, at) VALUES (0, new_root, new_note, now());
    END IF;
END $$;
ALTER FUNCTION ledger_begin(text, bytea, text, text, bytea, bytea, text) OWNER TO mukatabat_definer;
REVOKE ALL ON FUNCTION ledger_begin(text, bytea, text, text, bytea, bytea, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_begin(text, bytea, text, text, bytea, bytea, text) TO mukatabat_app;
GRANT SELECT, INSERT, UPDATE ON ledger_log TO mukatabat_definer;
GRANT SELECT, INSERT ON ledger_checkpoint TO mukatabat_definer;
