-- The letters that were asked for; search_letters is provided by the letters room (letters/sql/find.sql).
SELECT found_id, found_time
FROM search_letters(
    %(asked)s::jsonb, %(grantees)s::uuid[], %(shelves)s::text[], %(now)s,
    %(since)s, %(before_time)s, %(before_id)s, %(most)s)
