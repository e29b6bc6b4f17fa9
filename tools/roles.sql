-- SPDX-License-Identifier: EUPL-1.2
-- The four roles of an installation, once per server. Passwords come in as settings of the session, so that none is ever
-- part of a statement's text. Safe to run again.

DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['mukatabat_owner', 'mukatabat_app', 'mukatabat_definer', 'mukatabat_backup'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I', role_name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;  -- another installation on this server was quicker
            END;
        END IF;
    END LOOP;
END
$$;

-- The owner changes tables; the application only uses them; the definer owns the functions that look across a policy;
-- the backup reads every body's rows and writes none.
ALTER ROLE mukatabat_owner LOGIN NOCREATEROLE;
ALTER ROLE mukatabat_app LOGIN NOINHERIT NOCREATEDB NOCREATEROLE;
ALTER ROLE mukatabat_definer NOLOGIN NOCREATEDB NOCREATEROLE;
ALTER ROLE mukatabat_backup LOGIN NOINHERIT NOCREATEDB NOCREATEROLE;
ALTER ROLE mukatabat_backup SET default_transaction_read_only = on;
GRANT mukatabat_definer TO mukatabat_owner;

DO $$
DECLARE
    unsafe text;
BEGIN
    EXECUTE format('ALTER ROLE mukatabat_owner PASSWORD %L', current_setting('mukatabat.owner_password'));
    EXECUTE format('ALTER ROLE mukatabat_app PASSWORD %L', current_setting('mukatabat.app_password'));
    EXECUTE format('ALTER ROLE mukatabat_backup PASSWORD %L', current_setting('mukatabat.backup_password'));

    -- Only a superuser (from PostgreSQL 16 on also a role that has it itself) may let a role step over row policies.
    BEGIN
        ALTER ROLE mukatabat_backup BYPASSRLS;
    EXCEPTION WHEN insufficient_privilege THEN
        RAISE WARNING 'mukatabat_backup cannot be given BYPASSRLS by %; backups need it', current_user;
    END;

    -- An administrator who is no superuser must be a member of a role to give it a database.
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        EXECUTE format('GRANT mukatabat_owner TO %I', current_user);
    END IF;

    -- Whoever could step over a row policy must not be the application.
    SELECT string_agg(rolname, ', ') INTO unsafe FROM pg_roles
    WHERE (rolname IN ('mukatabat_owner', 'mukatabat_app', 'mukatabat_definer') AND (rolsuper OR rolbypassrls))
        OR (rolname = 'mukatabat_backup' AND rolsuper);
    IF unsafe IS NOT NULL THEN
        RAISE EXCEPTION 'These roles step over row-level security and must not: %', unsafe;
    END IF;
    IF EXISTS (SELECT FROM pg_auth_members WHERE member IN ('mukatabat_app'::regrole, 'mukatabat_backup'::regrole)) THEN
        RAISE EXCEPTION 'mukatabat_app and mukatabat_backup must be members of no other role';
    END IF;
END
$$;
