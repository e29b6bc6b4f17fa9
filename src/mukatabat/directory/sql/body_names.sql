-- Every name that bodies ever had, the oldest first. Asked by nearly every page and letter, so not by the ORM.
SELECT name.body_id, name.valid_from, body.code, body.realm, name.ar, name.en
FROM directory_bodyname name JOIN directory_body body ON body.id = name.body_id
WHERE name.body_id = ANY(%(bodies)s::uuid[])
ORDER BY name.valid_from
