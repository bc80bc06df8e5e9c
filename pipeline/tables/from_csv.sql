-- uses.csv in DuckDB with the types and the very rows of the view `uses` (views.sql), whatever was published.
--
--     .read output/tables/from_csv.sql
--     CREATE VIEW uses AS FROM uses_from('output/tables/uses.csv');
--     CREATE VIEW before AS FROM uses_from('last-week/uses.csv');

-- Cells as they are meant: without the apostrophe that keeps a spreadsheet from reading a formula.
CREATE OR REPLACE MACRO cells_from(path) AS TABLE
    SELECT regexp_replace(COLUMNS(*), '^''(''*[=+\-@\t\r\n＝＋－＠])', '\1') 
    FROM read_csv(regexp_replace(path, '([*?\[])', '[\1]', 'g'), all_varchar = true);  -- `*` in a folder's name is no pattern

CREATE OR REPLACE MACRO uses_from(path) AS TABLE
    SELECT * REPLACE (
        CAST(use AS INTEGER) AS use,
        CAST(age_low_years AS DOUBLE) AS age_low_years,
        CAST(age_low_exclusive AS BOOLEAN) AS age_low_exclusive,
        CAST(age_high_years AS DOUBLE) AS age_high_years,
        CAST(age_high_exclusive AS BOOLEAN) AS age_high_exclusive,
        CAST(qualified_in_words AS BOOLEAN) AS qualified_in_words,
        CAST(unread AS BIGINT) AS unread,
        CAST(line AS BIGINT) AS line,
        CAST("offset" AS INTEGER) AS "offset",
        CAST("length" AS INTEGER) AS "length")
    FROM cells_from(path);

-- denials.csv and unread.csv likewise.
CREATE OR REPLACE MACRO sentences_from(path) AS TABLE
    SELECT * REPLACE (
        CAST(line AS BIGINT) AS line,
        CAST("offset" AS INTEGER) AS "offset",
        CAST("length" AS INTEGER) AS "length")
    FROM cells_from(path);
