-- What changed between two snapshots? Needs the uses of the older one as `before` (from_csv.sql says how).
-- A use that reads otherwise now has two rows, `before` and `now`; one that is new or gone has one. Where a page only moved or
-- was reviewed again, nothing changed. `onlabel diff` says the same in clinical terms.
WITH new AS (
    SELECT * EXCLUDE (use, line, "offset", "length", page, sha256, url, last_reviewed, stale) FROM uses
), old AS (
    SELECT * EXCLUDE (use, line, "offset", "length", page, sha256, url, last_reviewed, stale) FROM before
), changed AS (
    (SELECT 'now' AS stated, * FROM (SELECT * FROM new EXCEPT SELECT * FROM old))
    UNION ALL
    (SELECT 'before' AS stated, * FROM (SELECT * FROM old EXCEPT SELECT * FROM new))
)
SELECT slug, drug, stated, brand, approval_status, condition, population, quote
FROM changed
ORDER BY slug, condition, quote, brand, stated;
