-- The rows of seed.py, each kind by one statement, in the organization's schema. seed.py has laid down before, as
-- temporary tables: first_word, last_word, firm_word (n, word, folded, ordered, key), seller (n, user_id, name; 0 is
-- the novice), column_of (n, stage_id, pipeline_id, board: 0 or 1), own_field (entity, code, id). The settings
-- seed.contacts, seed.deals and seed.invoices say how many.

-- A UUIDv7 that is known beforehand: a later number is a later id.
CREATE FUNCTION pg_temp.id_of(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex(1704067200000 + n * 60000), 12, '0') || '7' || substr(md5(kind || n), 1, 3)
          || '8' || substr(md5(kind || n), 4, 15))::uuid
$$;
CREATE FUNCTION pg_temp.at_of(n bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
  SELECT timestamptz '2024-01-01 08:00+00' + n * interval '12 minutes'
$$;
-- The novice has one record in five hundred, the five sellers share the others.
CREATE FUNCTION pg_temp.seller_of(n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN n % 500 = 0 THEN 0 ELSE 1 + n % 5 END
$$;
CREATE FUNCTION pg_temp.many(name text) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT current_setting('seed.' || name)::bigint
$$;

-- Companies: one for every four contacts, one in twenty belongs to another.
INSERT INTO crm_company (id, name, eik, vat_number, country, city, address, postal_code, email, phone, website,
    industry, size, parent_id, owner_id, name_folded, name_key, search_text, created_at, updated_at)
SELECT pg_temp.id_of('company', i), word || ' ' || i || ' ЕООД', (100000000 + i)::text, '', 'BG',
    (ARRAY['София', 'Пловдив', 'Варна', 'Бургас', 'Русе', 'Стара Загора', 'Плевен', 'Видин'])[1 + i % 8],
    'ул. Примерна ' || i % 200, '1000', 'office' || i || '@firm.example', '+3592' || lpad(i::text, 7, '0'), '',
    (ARRAY['строителство', 'търговия', 'транспорт', 'софтуер', 'земеделие', ''])[1 + i % 6],
    (ARRAY['1', '2-9', '10-49', '50-249', '250+', ''])[1 + i % 6],
    CASE WHEN i % 20 = 0 THEN pg_temp.id_of('company', i / 20) END, seller.user_id,
    ordered || ' ' || i || ' еоод', key || i,
    concat_ws(' ', folded, i, 'eood', 100000000 + i, 'office' || i, 'firm example', '3592' || lpad(i::text, 7, '0'),
        '02' || lpad(i::text, 7, '0')),
    pg_temp.at_of(i * 4), pg_temp.at_of(i * 4 + i % 997)
FROM generate_series(1, pg_temp.many('contacts') / 4) AS i
JOIN firm_word ON firm_word.n = i % (SELECT count(*) FROM firm_word)
JOIN seller ON seller.n = pg_temp.seller_of(i);

-- Contacts: seven of eight in a company; the first hundred are all in the first one.
INSERT INTO crm_contact (id, first_name, last_name, email, phone, job_title, company_id, owner_id, name_folded,
    name_key, search_text, created_at, updated_at)
SELECT pg_temp.id_of('contact', i), first.word, last.word, 'contact' || i || '@person.example',
    '+35988' || lpad(i::text, 7, '0'),
    (ARRAY['Управител', 'Счетоводител', 'Търговец', 'Снабдител', 'Инженер', 'Sales manager', ''])[1 + i % 7],
    CASE WHEN i <= 100 THEN pg_temp.id_of('company', 1)
         WHEN i % 8 > 0 THEN pg_temp.id_of('company', 1 + (i * 7919) % (pg_temp.many('contacts') / 4)) END,
    seller.user_id, first.ordered || ' ' || last.ordered, least(first.key, last.key) || ' ' || greatest(first.key, last.key),
    concat_ws(' ', first.folded, last.folded, 'contact' || i, 'person example', '35988' || lpad(i::text, 7, '0'),
        '088' || lpad(i::text, 7, '0')),
    pg_temp.at_of(i), pg_temp.at_of(i + i % 997)
FROM generate_series(1, pg_temp.many('contacts')) AS i
JOIN first_word AS first ON first.n = i % (SELECT count(*) FROM first_word)
JOIN last_word AS last ON last.n = (i / 7) % (SELECT count(*) FROM last_word)
JOIN seller ON seller.n = pg_temp.seller_of(i);

-- Deals: a thousand open on the first board, two thousand on the second, the others won or lost.
INSERT INTO crm_deal (id, name, pipeline_id, stage_id, stage_entered_at, status, lost_reason, closed_at, value,
    currency, expected_close_on, company_id, owner_id, next_task_at, board_order, version, name_folded, search_text,
    created_at, updated_at)
SELECT pg_temp.id_of('deal', i), 'Доставка ' || word || ' ' || i, pipeline_id, stage_id,
    now() - (i % 30) * interval '1 day',
    CASE WHEN i <= 3000 THEN 'open' WHEN i % 2 = 0 THEN 'won' ELSE 'lost' END,
    CASE WHEN i > 3000 AND i % 2 = 1
         THEN (ARRAY['Цена', 'Срок', 'Избраха друг', 'Отложиха'])[1 + i % 4] ELSE '' END,
    CASE WHEN i > 3000 THEN now() - (i % 700) * interval '1 day' END,
    100 + (i * 7919) % 90000, CASE WHEN i % 9 = 0 THEN 'USD' ELSE 'EUR' END,
    CASE WHEN i % 7 > 0 THEN current_date + (i % 120)::int - 20 END,
    CASE WHEN i % 40 = 1 THEN pg_temp.id_of('company', 1)
         ELSE pg_temp.id_of('company', 1 + (i * 104729) % (pg_temp.many('contacts') / 4)) END,
    seller.user_id, CASE WHEN i <= 3000 AND i % 4 > 0 THEN now() + (i % 14 - 5) * interval '1 day' END, i, 1,
    'доставка ' || ordered || ' ' || i, concat_ws(' ', 'dostavka', folded, i),
    now() - (i % 700 + 30) * interval '1 day', now() - (i % 30) * interval '1 day'
FROM generate_series(1, pg_temp.many('deals')) AS i
JOIN firm_word ON firm_word.n = i % (SELECT count(*) FROM firm_word)
JOIN column_of ON column_of.n = i % 5 AND column_of.board = (i > 1000 AND i % 17 > 0 AND (i <= 3000 OR i % 2 = 0))::int
JOIN seller ON seller.n = pg_temp.seller_of(i);
INSERT INTO crm_stagestay (id, deal_id, stage_id, entered_at, left_at)
SELECT gen_random_uuid(), id, stage_id, stage_entered_at, NULL FROM crm_deal;
INSERT INTO crm_dealcontact (id, deal_id, contact_id, role)
SELECT gen_random_uuid(), pg_temp.id_of('deal', i), pg_temp.id_of('contact', c), ''
FROM generate_series(1, pg_temp.many('deals')) AS i,
    LATERAL (SELECT DISTINCT c FROM unnest(ARRAY[1 + (i * 31) % pg_temp.many('contacts'),
        CASE WHEN i % 40 = 1 THEN 1 ELSE 1 + (i * 37) % pg_temp.many('contacts') END]) AS c) AS people;

-- Tasks: a third still to be done. Those with a number below 300 are about the first company, contact and deal.
INSERT INTO crm_task (id, title, kind, priority, notes, due_at, is_all_day, recurrence, assignee_id, owner_id,
    company_id, contact_id, deal_id, done_at, done_by_id, search_text, created_at, updated_at)
SELECT pg_temp.id_of('task', i), 'Обади се за ' || word || ' ' || i, (ARRAY['todo', 'call', 'meeting', 'email'])[1 + i % 4],
    1 + i % 3, '', now() + (i % 200 - 120) * interval '7 hours', true, '', seller.user_id, seller.user_id,
    CASE WHEN i % 3 = 0 THEN pg_temp.id_of('company', CASE WHEN i < 300 THEN 1 ELSE 1 + (i * 7919) % (pg_temp.many('contacts') / 4) END) END,
    CASE WHEN i % 3 = 1 THEN pg_temp.id_of('contact', CASE WHEN i < 300 THEN 1 ELSE 1 + (i * 7919) % pg_temp.many('contacts') END) END,
    CASE WHEN i % 3 = 2 THEN pg_temp.id_of('deal', CASE WHEN i < 300 THEN 1 ELSE 1 + (i * 7919) % pg_temp.many('deals') END) END,
    CASE WHEN (i / 3) % 3 > 0 THEN pg_temp.at_of(i) END, CASE WHEN (i / 3) % 3 > 0 THEN seller.user_id END,
    concat_ws(' ', 'obadi se za', folded, i), pg_temp.at_of(i), pg_temp.at_of(i)
FROM generate_series(1, pg_temp.many('deals')) AS i
JOIN firm_word ON firm_word.n = i % (SELECT count(*) FROM firm_word)
JOIN seller ON seller.n = pg_temp.seller_of(i);

-- Notes, conversations, events: the first company, contact and deal have a hundred of each.
INSERT INTO crm_note (id, text, mentions, author_id, author_label, is_pinned, created_at, company_id, contact_id, deal_id)
SELECT pg_temp.id_of('note', i), 'Бележка ' || i || ': иска оферта до края на седмицата.', '{}', seller.user_id,
    seller.name, i % 100 = 0, pg_temp.at_of(i),
    CASE WHEN i % 3 = 0 THEN pg_temp.id_of('company', CASE WHEN i <= 300 THEN 1 ELSE 1 + (i * 7919) % (pg_temp.many('contacts') / 4) END) END,
    CASE WHEN i % 3 = 1 THEN pg_temp.id_of('contact', CASE WHEN i <= 300 THEN 1 ELSE 1 + (i * 7919) % pg_temp.many('contacts') END) END,
    CASE WHEN i % 3 = 2 THEN pg_temp.id_of('deal', CASE WHEN i <= 300 THEN 1 ELSE 1 + (i * 7919) % pg_temp.many('deals') END) END
FROM generate_series(1, pg_temp.many('deals')) AS i JOIN seller ON seller.n = pg_temp.seller_of(i);
INSERT INTO crm_conversation (id, kind, subject, text, took_place_at, minutes, author_id, author_label, created_at, company_id, contact_id, deal_id)
SELECT pg_temp.id_of('conversation', i), (ARRAY['call', 'meeting', 'email'])[1 + i % 3], 'Разговор ' || i, '',
    pg_temp.at_of(i), 15, seller.user_id, seller.name, pg_temp.at_of(i),
    CASE WHEN i % 3 = 0 THEN pg_temp.id_of('company', CASE WHEN i <= 300 THEN 1 ELSE 1 + (i * 7919) % (pg_temp.many('contacts') / 4) END) END,
    CASE WHEN i % 3 = 1 THEN pg_temp.id_of('contact', CASE WHEN i <= 300 THEN 1 ELSE 1 + (i * 7919) % pg_temp.many('contacts') END) END,
    CASE WHEN i % 3 = 2 THEN pg_temp.id_of('deal', CASE WHEN i <= 300 THEN 1 ELSE 1 + (i * 7919) % pg_temp.many('deals') END) END
FROM generate_series(1, pg_temp.many('deals')) AS i JOIN seller ON seller.n = pg_temp.seller_of(i);
INSERT INTO activity_event (id, type, subject_type, subject_id, subject_label, parent_id, actor_kind, actor_id,
    actor_label, at, old, new, cause)
SELECT pg_temp.id_of('event', i), 'crm.' || kind || '_changed', 'crm.' || kind,
    pg_temp.id_of(kind, CASE WHEN i <= 300 THEN 1 ELSE 1 + i / 3 END), 'Запис ' || i,
    CASE WHEN kind = 'contact' AND i <= 300 THEN pg_temp.id_of('company', 1) END, 'member', seller.user_id, seller.name,
    pg_temp.at_of(i), jsonb_build_object('phone', ''), jsonb_build_object('phone', '+3592' || i), ''
FROM generate_series(1, pg_temp.many('deals') * 3) AS i
JOIN LATERAL (SELECT (ARRAY['company', 'contact', 'deal'])[1 + i % 3] AS kind) AS kinds ON true
JOIN seller ON seller.n = pg_temp.seller_of(i);

-- Tags: a third of the contacts bear the first, a thousandth the last; the first contact bears all.
INSERT INTO workspace_tag (id, name, color, created_at)
SELECT pg_temp.id_of('tag', i), (ARRAY['клиент', 'доставчик', 'изложение', 'важен', 'бюлетин'])[i], 'blue', now()
FROM generate_series(1, 5) AS i;
INSERT INTO workspace_tagging (id, tag_id, record_type, record_id)
SELECT gen_random_uuid(), pg_temp.id_of('tag', tag), kind, pg_temp.id_of(kind, i)
FROM (VALUES (1, 3), (2, 10), (3, 50), (4, 200), (5, 1000)) AS tags (tag, one_in)
JOIN (VALUES ('contact', pg_temp.many('contacts')), ('company', pg_temp.many('contacts') / 4),
    ('deal', pg_temp.many('deals'))) AS kinds (kind, most) ON true
JOIN LATERAL generate_series(1, most, one_in) AS i ON true;

-- Own fields: two values of a list for every second record, one of most others; `agreed` is true for four in five.
INSERT INTO workspace_customvalue (id, field_id, record_id, text, folded, number, currency, day, flag, user_id)
SELECT gen_random_uuid(), own_field.id, pg_temp.id_of(entity, i),
    CASE code WHEN 'remark' THEN 'Бележка ' || i WHEN 'page' THEN 'https://firm.example/' || i WHEN 'source' THEN choice END,
    CASE code WHEN 'remark' THEN 'belezhka ' || i WHEN 'page' THEN 'https firm example ' || i WHEN 'source' THEN choice END,
    CASE code WHEN 'score' THEN i * 7919 % 100000 WHEN 'budget' THEN i * 104729 % 500000 END,
    CASE code WHEN 'budget' THEN 'EUR' ELSE '' END,
    CASE code WHEN 'renewal' THEN date '2025-01-01' + (i % 1000)::int END,
    CASE code WHEN 'agreed' THEN i % 5 > 0 END, CASE code WHEN 'adviser' THEN seller.user_id END
FROM own_field
JOIN (VALUES ('contact', pg_temp.many('contacts')), ('company', pg_temp.many('contacts') / 4),
    ('deal', pg_temp.many('deals'))) AS kinds (kind, most) ON kind = entity
JOIN (VALUES ('remark', 10, 7), ('score', 20, 19), ('budget', 2, 1), ('renewal', 5, 3), ('source', 10, 9),
    ('agreed', 1, 1), ('page', 5, 1), ('adviser', 2, 1)) AS shares (what, of, have) ON what = code
JOIN LATERAL generate_series(1, most) AS i ON i % of < have
JOIN LATERAL (SELECT (ARRAY['web', 'fair', 'call', 'friend', 'other'])[1 + i % 5] AS choice) AS choices ON true
JOIN seller ON seller.n = pg_temp.seller_of(i);
INSERT INTO workspace_customvalue (id, field_id, record_id, text, folded, currency)
SELECT gen_random_uuid(), own_field.id, pg_temp.id_of('contact', i), choice, choice, ''
FROM own_field
JOIN LATERAL generate_series(1, pg_temp.many('contacts'), 2) AS i ON true
JOIN LATERAL unnest(ARRAY[(ARRAY['cement', 'steel', 'timber'])[1 + i % 3], (ARRAY['paint', 'glass'])[1 + i % 2]]) AS choice ON true
WHERE entity = 'contact' AND code = 'interests';

-- Documents of three years beside those that seed.py issues, the newest last: one in fifty is of the first company, a
-- fifth of a hundred usual clients. Invoices are paid but for one in twenty and the last two months; one in fifty is a
-- credit note, one in thirty a proforma, one in two hundred a draft.
INSERT INTO invoices_invoice (id, kind, is_advance, series, number, state, company_id, currency, language, amends_id,
    amend_reason, prices_include_vat, discount_percent, discount_amount, supply, payment_method, vies_number,
    issue_date, tax_event_date, due_date, notes, seller, buyer, net_total, vat_total, total, vat_groups,
    discount_total, paid_total, credited_total, written_off_total, issued_at, sent_at, paid_at, annul_reason, owner_id,
    search_text, created_at, updated_at)
SELECT pg_temp.id_of('invoice', i), kind, false, CASE kind WHEN 'proforma' THEN 'proforma' ELSE 'tax' END,
    CASE WHEN is_draft THEN NULL WHEN kind = 'proforma' THEN 'P-' || 1000000 + i ELSE lpad((1000000 + i)::text, 10, '0') END,
    CASE WHEN is_draft THEN 'draft' ELSE 'issued' END, company.id, 'EUR', 'bg',
    CASE kind WHEN 'credit_note' THEN pg_temp.id_of('invoice', i - 1) END, '', false, 0, 0, '', 'bank_transfer', '',
    CASE WHEN NOT is_draft THEN day END, CASE WHEN NOT is_draft THEN day END, day + 14, '',
    jsonb_build_object('name', 'Мерило ООД', 'eik', '175074752', 'city', 'София', 'address', 'ул. Мерна 1'),
    jsonb_build_object('name', company.name, 'eik', company.eik, 'city', company.city), net, net / 5, net * 6 / 5,
    jsonb_build_array(jsonb_build_object('rate', '20.00', 'code', 'standard', 'base', net::text, 'vat', (net / 5)::text)),
    0, CASE WHEN is_paid THEN net * 6 / 5 ELSE 0 END, 0, 0, CASE WHEN NOT is_draft THEN day END,
    CASE WHEN NOT is_draft AND i % 3 > 0 THEN day END, CASE WHEN is_paid THEN day + 20 END, '', company.owner_id,
    concat_ws(' ', 1000000 + i, company.name_folded, company.eik), day, day
FROM generate_series(2, pg_temp.many('invoices')) AS i
CROSS JOIN LATERAL (SELECT (100 + i * 7 % 9000)::numeric(14, 2) AS net, i % 200 = 0 AS is_draft,
    CASE WHEN i % 50 = 13 THEN 'credit_note' WHEN i % 30 = 7 THEN 'proforma' ELSE 'invoice' END AS kind,
    current_date - ((pg_temp.many('invoices') - i) * 1095 / pg_temp.many('invoices'))::int AS day) AS made
CROSS JOIN LATERAL (SELECT kind = 'invoice' AND NOT is_draft AND i % 20 > 0 AND day < current_date - 60 AS is_paid) AS paid
JOIN crm_company AS company ON company.id = pg_temp.id_of('company', CASE WHEN i % 50 = 1 THEN 1
    WHEN i % 5 = 0 THEN 1 + 40 * (i % 100) % (pg_temp.many('contacts') / 4) ELSE 1 + i * 7919 % (pg_temp.many('contacts') / 4) END);
