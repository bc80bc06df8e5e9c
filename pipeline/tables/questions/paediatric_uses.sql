-- Which uses are stated for children or adolescents? By the words of the page (age group) or by an age range below 18.
-- A use for which the page names no patients is not among them: it does not say that children are meant.
SELECT drug, use, condition, age_group, age_low_years, age_high_years, population, any_value(quote) AS quote, page, line
FROM uses
WHERE list_has_any(string_split(age_group, ' | '), ['child', 'adolescent'])
    OR age_low_years < 18
    OR (age_low_years IS NULL AND age_high_years IS NOT NULL)
GROUP BY slug, drug, use, condition, age_group, age_low_years, age_high_years, population, page, line
ORDER BY slug, use;
