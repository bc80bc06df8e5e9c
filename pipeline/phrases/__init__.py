"""Words to phrases: openers and what they open, noun phrases, verb groups, lists. Knows the language, and no drug page."""
