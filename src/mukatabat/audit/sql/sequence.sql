-- Chains up to `batch` pending entries after the last link and returns how many.
-- One sequencer at a time: a second caller waits on the advisory lock. The hash is that of audit.rules.link_hash.
CREATE OR REPLACE FUNCTION audit_sequence(batch integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    waiting record;
    last_number bigint;
    last_hash bytea;
    done integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('audit_sequence'));
    SELECT number, hash INTO last_number, last_hash FROM audit_link ORDER BY number DESC LIMIT 1;
    last_number := coalesce(last_number, 0);
    last_hash := coalesce(last_hash, decode(repeat('00', 32), 'hex'));
    FOR waiting IN SELECT entry_id, digest FROM audit_pending ORDER BY entry_id LIMIT batch LOOP
        last_number := last_number + 1;
        last_hash := sha256(int8send(last_number) || last_hash || waiting.digest);
        INSERT INTO audit_link (number, entry_id, hash, at) VALUES (last_number, waiting.entry_id, last_hash, now());
        DELETE FROM audit_pending WHERE entry_id = waiting.entry_id;
        done := done + 1;
    END LOOP;
    RETURN done;
END $$;
ALTER FUNCTION audit_sequence(integer) OWNER TO mukatabat_definer;
REVOKE ALL ON FUNCTION audit_sequence(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_sequence(integer) TO mukatabat_app;
GRANT SELECT, INSERT ON audit_link TO mukatabat_definer;
GRANT SELECT, DELETE ON audit_pending TO mukatabat_definer;
