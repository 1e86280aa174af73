-- Open invoices and a payment for each, multiplied from one company, one invoice and one payment that the product
-- itself wrote. The settings say how many, and `bench.share` how many of a hundred payments name their number and pay
-- it whole. Every name is invented.

CREATE FUNCTION pg_temp.many(what text) RETURNS bigint LANGUAGE sql AS
    $$ SELECT current_setting('bench.' || what)::bigint $$;
CREATE FUNCTION pg_temp.id_of(what text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT ('0193' || lpad(to_hex(n), 8, '0') || '7' || substr(md5(what || n), 1, 3) || '8'
        || substr(md5(what || n), 4, 15))::uuid
$$;
CREATE FUNCTION pg_temp.price_of(n bigint) RETURNS numeric LANGUAGE sql IMMUTABLE AS
    $$ SELECT 24 + n * 7919 % 5000 * 1.2 $$;

INSERT INTO crm_company SELECT row.* FROM crm_company AS model, generate_series(1, pg_temp.many('clients')) AS n,
LATERAL jsonb_populate_record(model, jsonb_build_object(
    'id', pg_temp.id_of('company', n), 'name', 'Фирма ' || n || ' ООД', 'name_folded', 'фирма ' || n || ' оод',
    'name_key', 'firma' || n, 'search_text', 'firma ' || n || ' ood'
)) AS row;

INSERT INTO invoices_invoice SELECT row.* FROM invoices_invoice AS model, generate_series(1, pg_temp.many('lines')) AS n,
LATERAL jsonb_populate_record(model, jsonb_build_object(
    'id', pg_temp.id_of('invoice', n), 'number', lpad((1000000 + n)::text, 10, '0'),
    'company_id', pg_temp.id_of('company', 1 + n % pg_temp.many('clients')),
    'buyer', model.buyer || jsonb_build_object('name', 'Фирма ' || 1 + n % pg_temp.many('clients') || ' ООД'),
    'net_total', pg_temp.price_of(n) / 1.2, 'vat_total', pg_temp.price_of(n) / 6, 'total', pg_temp.price_of(n),
    'search_text', lpad((1000000 + n)::text, 10, '0') || ' firma ' || 1 + n % pg_temp.many('clients') || ' ood'
)) AS row;

INSERT INTO invoices_payment SELECT row.* FROM invoices_payment AS model, generate_series(1, pg_temp.many('lines')) AS n,
    LATERAL (SELECT pg_temp.price_of(n) AS price, (1000000 + n)::text AS number, CASE
        WHEN n % 100 < pg_temp.many('share') THEN 'exact' WHEN n % 5 = 0 THEN 'short' WHEN n % 5 = 1 THEN 'spaced'
        WHEN n % 5 = 2 THEN 'part' WHEN n % 5 = 3 THEN 'over' ELSE 'silent' END AS kind) AS made,
    LATERAL (SELECT CASE kind
        WHEN 'exact' THEN CASE n % 4 WHEN 0 THEN '' WHEN 1 THEN 'плащане по ф-ра ' WHEN 2 THEN 'Фактура № '
            ELSE 'INV ' END || lpad(number, 10, '0') || CASE n % 3 WHEN 0 THEN ' / 15.03.2026' ELSE '' END
        WHEN 'short' THEN 'ф-ра ' || number
        WHEN 'spaced' THEN 'фактура 000 ' || number
        WHEN 'silent' THEN 'благодарим'
        ELSE 'фактура ' || lpad(number, 10, '0') END AS said) AS written,
LATERAL jsonb_populate_record(model, jsonb_build_object(
    'id', pg_temp.id_of('payment', n), 'amount', CASE kind WHEN 'part' THEN round(price / 2, 2) WHEN 'over' THEN price + 10
        ELSE price END,
    'reference', said, 'search_text', said || ' firma ' || 1 + n % pg_temp.many('clients'),
    'payer_name', 'FIRMA ' || 1 + n % pg_temp.many('clients') || ' OOD',
    'payer_iban', 'BG' || lpad((n % pg_temp.many('clients'))::text, 20, '0')
)) AS row;
