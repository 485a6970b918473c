-- 1,000,000 accounts with 5,000,000 places of contacts, one in a hundred of them of the role that is counted.
SET synchronous_commit = off;
INSERT INTO account (id, name, name_f, kind, stage, version, created_at, changed_at)
SELECT i, 'Ditta ' || i, 'ditta ' || i, 'company', 'lead', 1, to_timestamp(1700000000 + i), to_timestamp(1700000000 + i)
FROM generate_series(1, 1000000) AS i;
INSERT INTO account_contact (id, role, role_f, account, contact, version, created_at, changed_at)
SELECT 10000000 + i, CASE WHEN i % 100 = 0 THEN 'Responsabile IT' ELSE 'Acquisti' END,
       CASE WHEN i % 100 = 0 THEN 'responsabile it' ELSE 'acquisti' END,
       ((i - 1) / 5 * 7919::bigint) % 1000000 + 1, 1, 1, to_timestamp(1700000000 + i), to_timestamp(1700000000 + i)
FROM generate_series(1, 5000000) AS i;
VACUUM ANALYZE;
