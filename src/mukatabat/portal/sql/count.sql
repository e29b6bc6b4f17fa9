-- Count one request of a token in a minute; returns how many it has made in it by now.
INSERT INTO portal_minute (token_id, minute, requests) VALUES (%(token)s, %(minute)s, 1)
ON CONFLICT (token_id, minute) DO UPDATE SET requests = portal_minute.requests + 1
RETURNING requests
