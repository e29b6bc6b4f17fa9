-- A token by its handle, with the person who answers for it. Asked at every call, so not by the ORM.
SELECT token.id, token.digest, token.scopes, token.per_minute, token.expires_at, token.revoked_at, token.last_used_on,
       person.id, person.body_id, body.realm, person.ar, person.en
FROM portal_token token
JOIN directory_person person ON person.id = token.person_id
JOIN directory_body body ON body.id = person.body_id
WHERE token.handle = %(handle)s
