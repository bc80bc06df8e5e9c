-- How many uses and drugs are there in each chapter of ICD-10-CM? By the codes of what is treated, exact or broader; a use
-- with codes of two chapters counts in both, and one without a code in the last row.
-- Chapters and their ranges: ICD-10-CM Tabular List of Diseases and Injuries, fiscal year 2026 (National Center for Health
-- Statistics). A category is the first three characters of a code; within a letter, digits come before letters (C7A, O9A).
WITH chapter(number, first, last, title) AS (VALUES
    (1, 'A00', 'B99', 'Certain infectious and parasitic diseases'),
    (2, 'C00', 'D49', 'Neoplasms'),
    (3, 'D50', 'D89', 'Diseases of the blood and blood-forming organs and certain disorders involving the immune mechanism'),
    (4, 'E00', 'E89', 'Endocrine, nutritional and metabolic diseases'),
    (5, 'F01', 'F99', 'Mental, behavioral and neurodevelopmental disorders'),
    (6, 'G00', 'G99', 'Diseases of the nervous system'),
    (7, 'H00', 'H59', 'Diseases of the eye and adnexa'),
    (8, 'H60', 'H95', 'Diseases of the ear and mastoid process'),
    (9, 'I00', 'I99', 'Diseases of the circulatory system'),
    (10, 'J00', 'J99', 'Diseases of the respiratory system'),
    (11, 'K00', 'K95', 'Diseases of the digestive system'),
    (12, 'L00', 'L99', 'Diseases of the skin and subcutaneous tissue'),
    (13, 'M00', 'M99', 'Diseases of the musculoskeletal system and connective tissue'),
    (14, 'N00', 'N99', 'Diseases of the genitourinary system'),
    (15, 'O00', 'O9A', 'Pregnancy, childbirth and the puerperium'),
    (16, 'P00', 'P96', 'Certain conditions originating in the perinatal period'),
    (17, 'Q00', 'Q99', 'Congenital malformations, deformations and chromosomal abnormalities'),
    (18, 'R00', 'R99', 'Symptoms, signs and abnormal clinical and laboratory findings, not elsewhere classified'),
    (19, 'S00', 'T88', 'Injury, poisoning and certain other consequences of external causes'),
    (20, 'V00', 'Y99', 'External causes of morbidity'),
    (21, 'Z00', 'Z99', 'Factors influencing health status and contact with health services'),
    (22, 'U00', 'U85', 'Codes for special purposes')
), coded AS (
    SELECT DISTINCT slug, use, unnest(string_split(
        coalesce(nullif(concat_ws(' | ', condition_icd10cm, condition_icd10cm_broader), ''), ''), ' | ')) AS code
    FROM uses
)
SELECT number AS chapter, coalesce(title, 'no ICD-10-CM code') AS title, first || '-' || last AS range,
    count(DISTINCT (slug, use)) AS uses, count(DISTINCT slug) AS drugs
FROM coded
LEFT JOIN chapter ON "left"(code, 3) BETWEEN first AND last
GROUP BY number, title, first, last
ORDER BY number NULLS LAST;
