-- An issued or registered letter never changes in what it says; a correction is a further letter.
CREATE OR REPLACE FUNCTION letters_keep_issued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('issued', 'registered') AND
       (NEW.state, NEW.content, NEW.subject, NEW.secrecy, NEW.document_id, NEW.document_digest, NEW.reference,
        NEW.their_reference, NEW.their_date, NEW.issued_at, NEW.entry_id, NEW.signer_ar, NEW.signer_en, NEW.kind,
        NEW.direction, NEW.body_id)
       IS DISTINCT FROM
       (OLD.state, OLD.content, OLD.subject, OLD.secrecy, OLD.document_id, OLD.document_digest, OLD.reference,
        OLD.their_reference, OLD.their_date, OLD.issued_at, OLD.entry_id, OLD.signer_ar, OLD.signer_en, OLD.kind,
        OLD.direction, OLD.body_id) THEN
        RAISE EXCEPTION 'letter % is issued', OLD.reference USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_issued BEFORE UPDATE ON letters_letter FOR EACH ROW EXECUTE FUNCTION letters_keep_issued();

-- Its attachments and addressees stand with it: none is changed, taken away, or moved to another letter, and an issued
-- letter gets none besides. A registered letter gets its own in the transaction that makes it.
CREATE OR REPLACE FUNCTION letters_keep_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND EXISTS (
        SELECT FROM letters_letter WHERE id = OLD.letter_id AND state IN ('issued', 'registered')
    ) OR TG_OP <> 'DELETE' AND EXISTS (
        SELECT FROM letters_letter WHERE id = NEW.letter_id AND state = 'issued'
    ) THEN
        RAISE EXCEPTION 'the letter is issued' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER keep_attachment BEFORE INSERT OR UPDATE OR DELETE ON letters_attachment
    FOR EACH ROW EXECUTE FUNCTION letters_keep_parts();
CREATE TRIGGER keep_addressee BEFORE INSERT OR UPDATE OR DELETE ON letters_addressee
    FOR EACH ROW EXECUTE FUNCTION letters_keep_parts();
