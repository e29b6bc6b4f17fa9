-- The newest objects of one shelf that any identity of the actor was granted and none was walled from.
-- Each identity's grants are read in index order and cut at the page, then merged: the cost follows the page alone.
-- A function, for its setting: the planner knows how many grants an average identity has, not how many a registry has,
-- and would gather and sort them all. Without bitmaps the one way left is the index in its order. It runs as its caller,
-- under the caller's row policies.
CREATE FUNCTION access_newest(
    grantees uuid[], of_shelf text, at timestamptz, before_time timestamptz, before_id uuid, page integer
) RETURNS TABLE (object_id uuid, sort_time timestamptz)
LANGUAGE sql STABLE
SET enable_bitmapscan = off
AS $$
    SELECT merged.object_id, merged.sort_time
    FROM (
        SELECT DISTINCT one.object_id, one.sort_time
        FROM unnest(grantees) AS who(id)
        CROSS JOIN LATERAL (
            SELECT DISTINCT g.sort_time, g.object_id
            FROM access_grant g
            WHERE g.grantee_id = who.id AND g.shelf = of_shelf AND NOT g.denies
              AND g.starts <= at AND (g.ends IS NULL OR g.ends > at)
              AND (g.sort_time, g.object_id) < (before_time, before_id)
              AND NOT EXISTS (
                  SELECT FROM access_grant wall
                  WHERE wall.object_id = g.object_id AND wall.denies AND wall.grantee_id = ANY(grantees)
                    AND wall.starts <= at AND (wall.ends IS NULL OR wall.ends > at)
                  OFFSET 0)
            ORDER BY g.sort_time DESC, g.object_id DESC
            LIMIT page
        ) one
    ) merged
    ORDER BY merged.sort_time DESC, merged.object_id DESC
    LIMIT page
$$;
