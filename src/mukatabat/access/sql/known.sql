-- Whether anything of the body was ever granted or walled under an identifier.
SELECT EXISTS (SELECT FROM access_grant WHERE object_id = %(object)s)
