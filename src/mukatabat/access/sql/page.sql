-- One page of a shelf, newest first.
SELECT object_id, sort_time
FROM access_newest(
    %(grantees)s::uuid[], %(shelf)s, %(now)s, %(before_time)s, %(before_id)s, %(limit)s
)
ORDER BY sort_time DESC, object_id DESC
