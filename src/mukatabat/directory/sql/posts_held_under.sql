-- The posts that the person with a staff number of a body holds on a day, in whatever body, the main one first; of a
-- person, an appointment, a post and a unit that all hold on that day.
SELECT post.id, post.body_id, post.role
FROM directory_person person
JOIN directory_appointment held ON held.person_id = person.id
JOIN directory_post post ON post.id = held.post_id
JOIN directory_unit unit ON unit.id = post.unit_id
WHERE person.body_id = %(body)s AND person.staff_number = %(number)s
  AND person.valid_from <= %(day)s AND (person.valid_to IS NULL OR person.valid_to >= %(day)s)
  AND held.valid_from <= %(day)s AND (held.valid_to IS NULL OR held.valid_to >= %(day)s)
  AND post.valid_from <= %(day)s AND (post.valid_to IS NULL OR post.valid_to >= %(day)s)
  AND unit.valid_from <= %(day)s AND (unit.valid_to IS NULL OR unit.valid_to >= %(day)s)
ORDER BY held.is_primary DESC, post.level, held.id
