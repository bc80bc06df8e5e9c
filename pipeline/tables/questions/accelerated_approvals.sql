-- Which uses have accelerated approval only? One row a use, with the brands where the page names some.
SELECT drug, use, condition, narrower, string_agg(brand, ', ' ORDER BY brand) AS brands, any_value(quote) AS quote, page, line
FROM uses
WHERE approval_status = 'accelerated_approval'
GROUP BY slug, drug, use, condition, narrower, page, line
ORDER BY slug, use;
