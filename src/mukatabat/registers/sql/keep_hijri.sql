-- The Hijri date of a number's day is as final as the day: a later announcement moves no number that was taken before it.
CREATE OR REPLACE FUNCTION registers_keep_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.register_id, NEW.serial, NEW.reference, NEW.at, NEW."on", NEW.hijri, NEW.object_id, NEW.body_id)
       IS DISTINCT FROM
       (OLD.register_id, OLD.serial, OLD.reference, OLD.at, OLD."on", OLD.hijri, OLD.object_id, OLD.body_id) THEN
        RAISE EXCEPTION 'a taken number does not change' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state <> 'issuing' THEN
        RAISE EXCEPTION 'number % is final', OLD.reference USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
