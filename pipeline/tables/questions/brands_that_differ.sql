-- Which brands of a drug differ in their uses? Uses that the page states for some of the brands that it names, not for all.
WITH scoped AS (
    SELECT slug, any_value(drug) AS drug, use, any_value(condition) AS condition, any_value(quote) AS quote,
        list(DISTINCT brand ORDER BY brand) AS brands
    FROM uses
    WHERE brand IS NOT NULL
    GROUP BY slug, use
), named AS (
    SELECT slug, list(DISTINCT brand ORDER BY brand) AS brands FROM uses WHERE brand IS NOT NULL GROUP BY slug
)
SELECT drug, use, condition, scoped.brands AS stated_for,
    list_filter(named.brands, lambda b: NOT list_contains(scoped.brands, b)) AS not_stated_for, quote
FROM scoped
JOIN named USING (slug)
WHERE len(scoped.brands) < len(named.brands)
ORDER BY slug, use;
