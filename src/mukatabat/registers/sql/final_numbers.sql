-- A taken number stays what it is: book, serial, reference and day never change, and an issued or void number is final.
CREATE OR REPLACE FUNCTION registers_keep_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.register_id, NEW.serial, NEW.reference, NEW.at, NEW."on", NEW.object_id, NEW.body_id)
       IS DISTINCT FROM (OLD.register_id, OLD.serial, OLD.reference, OLD.at, OLD."on", OLD.object_id, OLD.body_id) THEN
        RAISE EXCEPTION 'a taken number does not change' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state <> 'issuing' THEN
        RAISE EXCEPTION 'number % is final', OLD.reference USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_number BEFORE UPDATE ON registers_entry FOR EACH ROW EXECUTE FUNCTION registers_keep_number();

-- The counter moves by one, forward only.
CREATE OR REPLACE FUNCTION registers_count_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.last <> OLD.last + 1 OR (NEW.kind, NEW.year, NEW.body_id) IS DISTINCT FROM (OLD.kind, OLD.year, OLD.body_id) THEN
        RAISE EXCEPTION 'a register counts on by one' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER count_on BEFORE UPDATE ON registers_register FOR EACH ROW EXECUTE FUNCTION registers_count_on();
