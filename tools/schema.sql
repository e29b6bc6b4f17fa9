-- SPDX-License-Identifier: EUPL-1.2
-- Who may do what in a database before the first migration. Safe to run again.

REVOKE ALL ON DATABASE :database FROM PUBLIC;
GRANT CONNECT ON DATABASE :database TO mukatabat_app, mukatabat_backup;

ALTER SCHEMA public OWNER TO mukatabat_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO mukatabat_app, mukatabat_backup;
GRANT USAGE, CREATE ON SCHEMA public TO mukatabat_definer;  -- a function's owner must be allowed to create in its schema
