-- Write one entry and put it into the sequencer's queue, in one round trip.
WITH entry AS (
    INSERT INTO audit_entry
        (id, body_id, at, actor_kind, actor_id, actor_name, act, object_kind, object_id, place, detail, digest)
    VALUES
        (%(id)s, %(body_id)s, %(at)s, %(actor_kind)s, %(actor_id)s, %(actor_name)s, %(act)s, %(object_kind)s,
         %(object_id)s, %(place)s, %(detail)s, %(digest)s)
)
INSERT INTO audit_pending (entry_id, digest) VALUES (%(id)s, %(digest)s)
