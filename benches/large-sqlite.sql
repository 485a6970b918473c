-- 1,000,000 accounts with 5,000,000 places of contacts, one in a hundred of them of the role that is counted.
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -400000;
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
INSERT INTO account (id, name, name_f, kind, stage, version, created_at, changed_at)
SELECT i, 'Ditta ' || i, 'ditta ' || i, 'company', 'lead', 1, 1700000000000 + i, 1700000000000 + i FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000000)
INSERT INTO account_contact (id, role, role_f, account, contact, version, created_at, changed_at)
SELECT 10000000 + i, CASE WHEN i % 100 = 0 THEN 'Responsabile IT' ELSE 'Acquisti' END,
       CASE WHEN i % 100 = 0 THEN 'responsabile it' ELSE 'acquisti' END,
       ((i - 1) / 5 * 7919) % 1000000 + 1, 1, 1, 1700000000000 + i, 1700000000000 + i FROM n;
COMMIT;
ANALYZE;
