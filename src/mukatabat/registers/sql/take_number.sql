-- Takes the next number of a book; the row lock holds until the taker's transaction ends, so that a rolled-back
-- taker gives its number to the next and no number is missing.
UPDATE registers_register SET last = last + 1
WHERE body_id = %(body)s AND kind = %(kind)s AND year = %(year)s
RETURNING id, last
