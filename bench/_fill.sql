-- Fills the migrated, seeded database with letters at a size that hurts. Run by the owner, who lifts and restores the
-- forced row-level security around it; the measurements afterwards run as the application's role.
-- Parameters: %(letters)s letters in all. A third lies in two big bodies, the rest is spread evenly over the others.

CREATE TEMPORARY TABLE bodies AS
SELECT b.id, b.code, row_number() OVER (ORDER BY b.code) AS place, n.ar, n.en,
       (SELECT u.id FROM directory_unit u WHERE u.body_id = b.id AND u.is_registry ORDER BY u.code LIMIT 1) AS registry,
       coalesce((SELECT p.id FROM directory_post p WHERE p.body_id = b.id AND p.role = 'head' ORDER BY p.id LIMIT 1),
                (SELECT p.id FROM directory_post p WHERE p.body_id = b.id ORDER BY p.level, p.id LIMIT 1)) AS head,
       gen_random_uuid() AS adviser
FROM directory_body b JOIN directory_bodyname n ON n.body_id = b.id
WHERE b.realm = 'live';

-- The people of the cast who are measured: head and adviser of the two big bodies.
UPDATE bodies SET head = named.head, adviser = named.adviser
FROM (VALUES ('FL', %(fl_head)s::uuid, %(fl_adviser)s::uuid), ('MOF', %(mof_head)s::uuid, %(mof_adviser)s::uuid))
     AS named(code, head, adviser)
WHERE named.code = bodies.code;

CREATE TEMPORARY TABLE letters AS
SELECT gen_random_uuid() AS id, gen_random_uuid() AS entry_id, gen_random_uuid() AS other_side, n,
       CASE WHEN n %% 6 = 0 THEN (SELECT id FROM bodies WHERE code = 'FL')
            WHEN n %% 6 = 1 THEN (SELECT id FROM bodies WHERE code = 'MOF')
            ELSE spread.id END AS body_id,
       CASE WHEN (n / 6) %% 20 = 19 THEN 'memo' ELSE 'letter' END AS kind,
       CASE WHEN (n / 6) %% 2 = 0 THEN 'in' ELSE 'out' END AS direction,
       timestamptz '2026-01-02 07:00+03' + n * (interval '320 days' / %(letters)s) AS at,
       (SELECT id FROM bodies other WHERE other.place = 1 + (n * 7) %% (SELECT count(*) FROM bodies)) AS counterpart_id
FROM generate_series(1, %(letters)s) AS n
JOIN bodies spread ON spread.place = 1 + n %% (SELECT count(*) FROM bodies);

CREATE TEMPORARY TABLE numbered AS
SELECT l.*, CASE WHEN l.kind = 'memo' THEN 'M' WHEN l.direction = 'in' THEN 'I' ELSE 'O' END AS book,
       row_number() OVER (PARTITION BY l.body_id,
           CASE WHEN l.kind = 'memo' THEN 'M' WHEN l.direction = 'in' THEN 'I' ELSE 'O' END ORDER BY l.at, l.n) AS serial
FROM letters l;
ANALYZE numbered;

INSERT INTO registers_register (id, body_id, kind, year, last)
SELECT gen_random_uuid(), body_id, book, 2026, max(serial) FROM numbered GROUP BY body_id, book;

CREATE TEMPORARY TABLE complete AS
SELECT n.*, r.id AS register_id, b.code, b.registry, b.head, b.adviser, c.ar, c.en,
       b.code || '-' || n.book || '-2026-' || lpad(n.serial::text, 5, '0') AS reference,
       c.code || '-O-2026-' || lpad((n.n %% 99999 + 1)::text, 5, '0') AS theirs,
       'طلب الرأي بشأن العقد رقم ' || n.n || ' ' || (ARRAY['فروق أسعار المواد', 'تمديد عقد الصيانة',
           'أحقية الموظف في بدل', 'تفسير نص اللائحة', 'مطالبة المقاول', 'تسوية مديونية'])[1 + n.n %% 6] AS subject,
       CASE WHEN n.kind = 'memo' THEN 'memo' WHEN n.direction = 'in' THEN 'incoming' ELSE 'outgoing' END AS shelf
FROM numbered n JOIN registers_register r ON r.body_id = n.body_id AND r.kind = n.book AND r.year = 2026
JOIN bodies b ON b.id = n.body_id JOIN bodies c ON c.id = n.counterpart_id;
ANALYZE complete;

INSERT INTO letters_letter (id, body_id, kind, direction, state, letter_type, subject, subject_folded, secrecy, data_class,
    urgency, general_number, answer_wanted_by, content, version, author_id, author_ar, author_en, created_at, updated_at,
    sort_time, entry_id, reference, issued_at, registered_at, document_id, document_digest, counterpart_id,
    counterpart_ar, counterpart_en, their_reference, their_date, signer_ar, signer_en, on_paper, attachments_listed)
SELECT id, body_id, kind, direction, CASE direction WHEN 'in' THEN 'registered' ELSE 'issued' END, 'opinion_request',
    subject, translate(subject, 'أإآىةؤئ', 'ااايهوي'), 'normal', 'restricted', CASE WHEN n %% 10 = 0 THEN 'urgent' ELSE 'normal' END, '', NULL,
    '{}', 1, adviser, '', '', at, at, at, entry_id, reference, at, CASE direction WHEN 'in' THEN at END,
    NULL, '', counterpart_id, ar, en, CASE direction WHEN 'in' THEN theirs ELSE '' END, at::date, 'م. س', 'M. S.',
    false, ''
FROM complete;

INSERT INTO registers_entry (id, body_id, register_id, serial, reference, state, at, "on", hijri, object_id, subject,
    counterpart_id, counterpart_ar, counterpart_en, secrecy, attachments, their_reference, their_date, content_digest,
    void_reason, decided_at, taken_by)
SELECT entry_id, body_id, register_id, serial, reference, 'issued', at, at::date, '', id, subject, counterpart_id, ar, en,
    'normal', 0, CASE direction WHEN 'in' THEN theirs ELSE '' END, at::date, '', '', at, 'سالم'
FROM complete;

-- Three grants a letter, as in life: its registry always; its head for one in three, else some other post;
-- its adviser for one in twenty-nine, else some other person.
INSERT INTO access_grant (id, body_id, shelf, object_kind, object_id, grantee_kind, grantee_id, denies, reason,
    source_id, granted_by, sort_time, starts, ends)
SELECT gen_random_uuid(), body_id, shelf, 'letter', id, 'unit', registry, false, 'registry', NULL::uuid, NULL::uuid, at, at, NULL::timestamptz
FROM complete
UNION ALL
SELECT gen_random_uuid(), body_id, shelf, 'letter', id, 'post', CASE WHEN n / 6 %% 3 = 0 THEN head ELSE other_side END,
    false, 'referral', NULL, NULL, at, at, NULL FROM complete
UNION ALL
SELECT gen_random_uuid(), body_id, shelf, 'letter', id, 'person',
    CASE WHEN n / 6 %% 29 = 0 THEN adviser ELSE entry_id END, false, 'author', NULL, NULL, at, at, NULL FROM complete;

-- Every letter has its item; the newest of head and adviser are still open with them, the rest is done.
INSERT INTO work_item (id, body_id, object_id, shelf, subject, counterpart_id, counterpart_ar, counterpart_en, reference,
    secrecy, urgency, state, holder_kind, holder_id, act, due, handed_by_ar, handed_by_en, handed_at, seen_at, sort_time,
    opened_at, done_at, done_by)
SELECT gen_random_uuid(), body_id, id, shelf, subject, counterpart_id, ar, en, reference, 'normal', 'normal',
    CASE WHEN open THEN 'open' ELSE 'done' END, CASE WHEN heads THEN 'post' ELSE 'person' END,
    CASE WHEN heads THEN head ELSE adviser END, 'study', at::date + 10, '', '', at, NULL, at, at,
    CASE WHEN open THEN NULL ELSE at END, CASE WHEN open THEN NULL ELSE adviser END
FROM (SELECT *, n / 6 %% 3 = 0 AND n / 6 %% 29 <> 0 AS heads,
             n > %(letters)s - 4000 AND (n / 6 %% 3 = 0 OR n / 6 %% 29 = 0) AS open FROM complete) AS c;

-- Whoever finished an item had a part in it.
INSERT INTO work_participation (id, body_id, item_id, person_id, following, acted_at)
SELECT gen_random_uuid(), body_id, id, done_by, false, done_at FROM work_item WHERE done_by IS NOT NULL;

INSERT INTO exchange_parcel (id, body_id, letter_id, manifest, created_at)
SELECT other_side, body_id, id, '{}', at FROM complete WHERE direction = 'out' AND kind = 'letter';
INSERT INTO exchange_consignment (id, body_id, parcel_id, letter_id, recipient_id, recipient_unit_id, role, state,
    redirected_from_id, ordered_at, dispatched_at, delivered_at, registered_at, opened_at, answered_at, ended_at,
    their_reference, reason, refusal, on_paper, attempts)
SELECT gen_random_uuid(), body_id, other_side, id, counterpart_id, NULL, 'original', 'registered', NULL, at, at, at, at,
    NULL, NULL, NULL, theirs, '', '', false, 0
FROM complete WHERE direction = 'out' AND kind = 'letter';

-- A tray of 300 arrivals in each big body.
INSERT INTO exchange_arrival (id, body_id, parcel_id, header_digest, cover, consignment_id, sender_id, sender_ar, sender_en, sender_reference,
    subject, secrecy, urgency, role, unit_id, manifest, documents, state, arrived_at, decided_at, decided_by, reason,
    our_reference, letter_id)
SELECT gen_random_uuid(), body_id, gen_random_uuid(), md5(theirs), '', gen_random_uuid(), counterpart_id, ar, en, theirs, subject, 'normal',
    'normal', 'original', NULL, '{}', '[]'::jsonb, 'available', at, NULL, '', '', '', NULL
FROM (SELECT *, row_number() OVER (PARTITION BY body_id ORDER BY at DESC) AS newest FROM complete
      WHERE code IN ('FL', 'MOF') AND direction = 'in') AS c WHERE newest <= 300;
INSERT INTO access_grant (id, body_id, shelf, object_kind, object_id, grantee_kind, grantee_id, denies, reason,
    source_id, granted_by, sort_time, starts, ends)
SELECT gen_random_uuid(), a.body_id, 'arrival', 'arrival', a.id, 'unit', b.registry, false, 'registry', NULL, NULL,
    a.arrived_at, a.arrived_at, NULL
FROM exchange_arrival a JOIN bodies b ON b.id = a.body_id WHERE a.manifest = '{}';
