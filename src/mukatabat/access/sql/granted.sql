-- Which of the given objects the actor may see: granted by any identity, walled from none.
SELECT DISTINCT g.object_id
FROM access_grant g
WHERE g.object_id = ANY(%(objects)s::uuid[]) AND g.grantee_id = ANY(%(grantees)s::uuid[]) AND NOT g.denies
  AND g.starts <= %(now)s AND (g.ends IS NULL OR g.ends > %(now)s)
  AND NOT EXISTS (
      SELECT FROM access_grant wall
      WHERE wall.object_id = g.object_id AND wall.denies AND wall.grantee_id = ANY(%(grantees)s::uuid[])
        AND wall.starts <= %(now)s AND (wall.ends IS NULL OR wall.ends > %(now)s))
