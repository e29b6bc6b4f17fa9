-- Holds a reference of a correspondent until the end of the transaction: who registers the same one meanwhile waits.
SELECT pg_advisory_xact_lock(hashtextextended(%(key)s, 0)) IS NULL
