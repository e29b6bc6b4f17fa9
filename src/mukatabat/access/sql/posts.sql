-- The posts that a person holds on a day in the own body, the main one first. Asked at every request, so not by the ORM.
SELECT post.id, post.unit_id, post.role
FROM directory_appointment held JOIN directory_post post ON post.id = held.post_id
WHERE held.person_id = %(person)s AND post.body_id = %(body)s
  AND held.valid_from <= %(day)s AND (held.valid_to IS NULL OR held.valid_to >= %(day)s)
  AND post.valid_from <= %(day)s AND (post.valid_to IS NULL OR post.valid_to >= %(day)s)
ORDER BY held.is_primary DESC, held.valid_from, held.id
