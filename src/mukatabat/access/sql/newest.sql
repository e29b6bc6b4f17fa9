-- The newest objects of one shelf that any identity of the actor was granted and none was walled from.
-- Each identity's grants are read in index order and cut at the page, then merged: the cost follows the page alone.
SELECT merged.object_id, merged.sort_time
FROM (
    SELECT DISTINCT one.object_id, one.sort_time
    FROM unnest(%(grantees)s::uuid[]) AS who(id)
    CROSS JOIN LATERAL (
        SELECT DISTINCT g.sort_time, g.object_id
        FROM access_grant g
        WHERE g.grantee_id = who.id AND g.shelf = %(shelf)s AND NOT g.denies
          AND g.starts <= %(now)s AND (g.ends IS NULL OR g.ends > %(now)s)
          AND (g.sort_time, g.object_id) < (%(before_time)s, %(before_id)s)
          AND NOT EXISTS (
              SELECT FROM access_grant wall
              WHERE wall.object_id = g.object_id AND wall.denies AND wall.grantee_id = ANY(%(grantees)s::uuid[])
                AND wall.starts <= %(now)s AND (wall.ends IS NULL OR wall.ends > %(now)s))
        ORDER BY g.sort_time DESC, g.object_id DESC
        LIMIT %(limit)s
    ) one
) merged
ORDER BY merged.sort_time DESC, merged.object_id DESC
LIMIT %(limit)s
