-- The tables of onlabel straight from the published R5 resources, for DuckDB 1.3 or later: the same rows as the CSV files.
--
-- Say first which snapshot (an output folder's `current`, or a folder under `snapshots/`), then read this file:
--
--     SET VARIABLE snapshot = 'output/current';
--     .read output/tables/views.sql
--
-- Views: uses, denials, unread (columns as in README.md of the tables) and page, drug, indication, from which they are made.
-- Their names are short, so they are best in a database of their own (`duckdb` without a file).
-- Views look where the variable says when they are asked, so that another snapshot is one SET away.

SET VARIABLE snapshot = coalesce(getvariable('snapshot'), 'output/current');

-- A file of the snapshot. A folder may be called `all*`: DuckDB would read every one that this is a pattern for.
CREATE OR REPLACE MACRO file(path) AS regexp_replace(getvariable('snapshot'), '([*?\[])', '[\1]', 'g') || path;

-- Extensions and their parts ------------------------------------------------------------------------------------------

CREATE OR REPLACE MACRO items(element, path) AS coalesce(CAST(json_extract(element, path) AS JSON[]), []);

-- The extensions of an element with a name of ours or HL7's, whatever the canonical base.
CREATE OR REPLACE MACRO named(extensions, name) AS
    list_filter(items(extensions, '$'), lambda e: ends_with(json_extract_string(e, '$.url'), '/' || name));
CREATE OR REPLACE MACRO ext(element, name) AS named(json_extract(element, '$.extension'), name);

CREATE OR REPLACE MACRO part(extension, name) AS
    list_filter(items(extension, '$.extension'), lambda p: json_extract_string(p, '$.url') = name);

-- Where the words of an element begin, in code points of the page, and how many they are: its first span, in one value
-- ("1103+27 …"), or as HL7 has it where proof is carried in full. NULL where the facts alone hold it (--proof none).
CREATE OR REPLACE MACRO proof_of(element) AS json_extract_string(ext(element, 'proof')[1], '$.valueString');
CREATE OR REPLACE MACRO start_of(element) AS CAST(coalesce(nullif(regexp_extract(proof_of(element), '^(\d+)\+', 1), ''),
    json_extract_string(part(ext(element, 'derivation-reference')[1], 'offset')[1], '$.valueInteger')) AS INTEGER);

CREATE OR REPLACE MACRO length_of(element) AS CAST(coalesce(nullif(regexp_extract(proof_of(element), '^\d+\+(\d+)', 1), ''),
    json_extract_string(part(ext(element, 'derivation-reference')[1], 'length')[1], '$.valueInteger')) AS INTEGER);

-- A quoted thing: where it stands, and its words. Of a CodeableConcept, and of an extension with a part `text`.
CREATE OR REPLACE MACRO concept(element) AS
    {'o': start_of(element), 't': json_extract_string(element, '$.text'), 'l': length_of(element)};
CREATE OR REPLACE MACRO said(extension) AS
    {'o': start_of(extension), 't': json_extract_string(part(extension, 'text')[1], '$.valueString'), 'l': length_of(extension)};

-- Values in one cell: a backslash or bar of a value has a backslash before it; an empty cell is NULL.
CREATE OR REPLACE MACRO joined(texts) AS nullif(
    array_to_string(list_transform(texts, lambda t: replace(replace(t, '\', '\\'), '|', '\|')), ' | '), '');
-- Quoted things in one cell: in the order of the source, each once.
CREATE OR REPLACE MACRO cell(things) AS joined(list_transform(list_sort(list_distinct(things)), lambda f: f.t));

-- Codes that the mapping tables gave to a concept, and those that mean more than its words.
CREATE OR REPLACE MACRO exact(element) AS
    list_filter(items(element, '$.coding'), lambda c: json_extract_string(c, '$.userSelected') = 'false');
CREATE OR REPLACE MACRO broader(element) AS flatten(
    list_transform(ext(element, 'broader-concept'), lambda e: items(e, '$.valueCodeableConcept.coding')));
CREATE OR REPLACE MACRO all_exact(elements) AS flatten(list_transform(elements, lambda x: exact(x)));
CREATE OR REPLACE MACRO all_broader(elements) AS flatten(list_transform(elements, lambda x: broader(x)));
CREATE OR REPLACE MACRO codes(codings, uri) AS joined(list_sort(list_distinct(list_transform(
    list_filter(codings, lambda c: json_extract_string(c, '$.system') = uri),
    lambda c: json_extract_string(c, '$.code')))));

-- The line (from 1) of an offset; lines end as a text editor sees them (LF, CRLF, CR).
CREATE OR REPLACE MACRO lines_in(text) AS length(text) - length(replace(text, chr(10), ''));
CREATE OR REPLACE MACRO line_of(text, o) AS
    1 + lines_in(replace(replace("left"(text, o), chr(13) || chr(10), chr(10)), chr(13), chr(10)));

-- A bound of an age in years. NULL where there is none.
CREATE OR REPLACE MACRO years(quantity) AS round(
    CAST(json_extract_string(quantity, '$.value') AS DOUBLE)
    * CASE json_extract_string(quantity, '$.code') WHEN 'd' THEN 1 / 365.25 WHEN 'wk' THEN 7 / 365.25 WHEN 'mo' THEN 1.0 / 12 ELSE 1 END,
    4);

-- The bounds that a characteristic gives: where its words stand (two characteristics of the same words are one range), and
-- whether the bound itself is included.
CREATE OR REPLACE MACRO bounds_in(c) AS list_filter([
    {'o': said(ext(c, 'words')[1]).o, 'side': 'low', 'years': years(json_extract(c, '$.valueRange.low')), 'exclusive': false},
    {'o': said(ext(c, 'words')[1]).o, 'side': 'high', 'years': years(json_extract(c, '$.valueRange.high')), 'exclusive': false},
    {'o': said(ext(c, 'words')[1]).o,
        'side': CASE json_extract_string(c, '$.valueQuantity.comparator') WHEN '>' THEN 'low' ELSE 'high' END,
        'years': years(json_extract(c, '$.valueQuantity')), 'exclusive': true}], lambda b: b.years IS NOT NULL);
CREATE OR REPLACE MACRO at_end(bounds, end_) AS list_filter(bounds, lambda b: b.side = end_);
CREATE OR REPLACE MACRO ranges_of(bounds) AS len(list_distinct(list_transform(bounds, lambda b: b.o)));
-- The bounds at one end, or none where one of the ranges is open there.
CREATE OR REPLACE MACRO closed_at(bounds, end_) AS
    CASE WHEN ranges_of(at_end(bounds, end_)) = ranges_of(bounds) THEN at_end(bounds, end_) ELSE [] END;
CREATE OR REPLACE MACRO years_of(bounds) AS list_transform(bounds, lambda b: b.years);
-- Whether no range includes a bound.
CREATE OR REPLACE MACRO left_out(bounds, widest) AS
    CASE WHEN len(bounds) > 0 THEN len(list_filter(bounds, lambda b: b.years = widest AND NOT b.exclusive)) = 0 END;

-- Texts each once, in their order.
CREATE OR REPLACE MACRO once(texts) AS list_filter(texts, lambda t, i: list_position(texts, t) = i);

-- Parts of an indication ---------------------------------------------------------------------------------------------------

CREATE OR REPLACE MACRO role_of(extension) AS json_extract_string(part(extension, 'role')[1], '$.valueCode');
CREATE OR REPLACE MACRO quoted(quotes, role) AS list_transform(
    list_filter(quotes, lambda q: role_of(q) = role), lambda q: said(q));

-- A code in one of our own systems, as the columns write it. What HL7 has a code for may have no other.
CREATE OR REPLACE MACRO local_code(codings, name) AS replace(coalesce(
    json_extract_string(list_filter(codings, lambda c: ends_with(json_extract_string(c, '$.system'), '/CodeSystem/' || name))[1], '$.code'),
    json_extract_string(codings[-1], '$.code')), '-', '_');

CREATE OR REPLACE MACRO of_role(comorbidities, role) AS list_transform(list_filter(comorbidities,
    lambda c: json_extract_string(ext(c, 'comorbidity-role')[1], '$.valueCode') = role), lambda c: json_extract(c, '$.concept'));

CREATE OR REPLACE MACRO of_kind(detail, kind) AS
    list_transform(part(detail, kind), lambda d: concept(json_extract(d, '$.valueCodeableConcept')));

CREATE OR REPLACE MACRO names_in(extension) AS
    list_transform(part(extension, 'name'), lambda n: concept(json_extract(n, '$.valueCodeableConcept')));

-- Therapies of a mode: what is named, and the phrases that name it; a treatment without one is its own.
CREATE OR REPLACE MACRO of_mode(therapies, mode, prior) AS list_filter(therapies, lambda t:
    t.prior = prior AND json_extract_string(part(t.detail, 'mode')[1], '$.valueCode') = mode);
CREATE OR REPLACE MACRO names_with(therapies, mode, prior) AS flatten(list_transform(of_mode(therapies, mode, prior),
    lambda t: CASE WHEN len(names_in(t.detail)) > 0 THEN names_in(t.detail) ELSE [concept(t.treatment)] END));
CREATE OR REPLACE MACRO phrases_with(therapies, mode, prior) AS
    list_transform(of_mode(therapies, mode, prior), lambda t:
        CASE WHEN len(part(t.detail, 'phrase')) > 0 THEN said(part(t.detail, 'phrase')[1]) ELSE concept(t.treatment) END);

-- What is published -------------------------------------------------------------------------------------------------------

-- A page: its bytes as text, and where it comes from. `id` is that of its DocumentReference.
CREATE OR REPLACE VIEW page AS
WITH document AS (
    SELECT * FROM read_json(file('/R5/resources/DocumentReference.ndjson'),
        format = 'newline_delimited', maximum_object_size = 268435456, columns = {
        id: 'VARCHAR', status: 'VARCHAR', "extension": 'JSON',
        "identifier": 'STRUCT("system" VARCHAR, "value" VARCHAR)[]', content: 'JSON', "date": 'VARCHAR'})
), front_matter AS (
    SELECT id, json_extract_string(part(e, 'key')[1], '$.valueString') AS key, min_by(said(e).t, start_of(e)) AS said
    FROM (SELECT id, unnest(named("extension", 'front-matter')) AS e FROM document)
    GROUP BY ALL
)
SELECT
    document.id,
    decode(from_base64(json_extract_string(content, '$[0].attachment.data'))) AS text,
    list_filter("identifier", lambda i: ends_with(i."system", '/sha256'))[1]."value" AS sha256,
    list_filter("identifier", lambda i: i."system" = 'urn:ietf:rfc:3986')[1]."value" AS url,
    "left"("date", 10) AS last_reviewed,
    CASE WHEN document.status = 'superseded' THEN own.said END AS page_status,
    "extension"
FROM document
LEFT JOIN front_matter AS own ON own.id = document.id AND own.key = 'status';

-- A drug, regimen or brand (`kind`). The ids of its page and of its Medication: a drug's are its own, a brand's page the drug's.
CREATE OR REPLACE VIEW drug AS
SELECT
    id,
    split_part(json_extract_string(monograph, '$[0].source.reference'), '/', 2) AS page_id,
    CASE json_extract_string(productType, '$[0].coding[0].code') WHEN 'brand' THEN 'brand' WHEN 'regimen' THEN 'regimen'
        ELSE 'drug' END AS kind,
    "identifier"[1]."value" AS slug,
    json_extract_string(code, '$.text') AS name,
    coalesce(
        replace(json_extract_string(medicineClassification, '$[0].classification[0].coding[0].code'), '-', '_'), 'not_stated'
    ) AS fda_status,
    list_filter(items(code, '$.coding'), lambda c: json_extract_string(c, '$.userSelected') = 'false'
        OR json_extract_string(c, '$.system') = 'http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl') AS exact,
    broader(code) AS broader,
    "extension"
FROM read_json(file('/R5/resources/MedicationKnowledge.ndjson'),
    format = 'newline_delimited', maximum_object_size = 268435456, columns = {
    id: 'VARCHAR', "extension": 'JSON', "identifier": 'STRUCT("system" VARCHAR, "value" VARCHAR)[]', code: 'JSON',
    monograph: 'JSON', productType: 'JSON', medicineClassification: 'JSON'});

-- A ClinicalUseDefinition: one use and condition (and cause or setting, where the page says "or").
CREATE OR REPLACE VIEW indication AS
WITH resource AS (
    SELECT *,
        named("extension", 'quote') AS quotes,
        json_extract(indication, '$.diseaseSymptomProcedure') AS disease,
        items(indication, '$.comorbidity') AS comorbidities,
        ext(json_extract(indication, '$.diseaseStatus'), 'disease-detail')[1] AS detail,
        list_transform(items(indication, '$.otherTherapy'), lambda t: {
            'prior': json_extract_string(t, '$.relationshipType.coding[0].code') = 'indicated-only-before',
            'detail': ext(t, 'therapy-detail')[1],
            'treatment': json_extract(t, '$.treatment.concept')}) AS therapies,
        flatten(list_transform(items(contained, '$'), lambda g: items(g, '$.characteristic'))) AS patients
    FROM read_json(file('/R5/resources/ClinicalUseDefinition.ndjson'),
        format = 'newline_delimited', maximum_object_size = 268435456, columns = {
        id: 'VARCHAR', "extension": 'JSON', category: 'JSON', subject: 'JSON', contained: 'JSON', indication: 'JSON'})
)
SELECT
    id,
    (SELECT page_id FROM drug WHERE drug.id = split_part(json_extract_string(subject, '$[0].reference'), '/', 2)) AS page_id,
    CAST(json_extract_string(named("extension", 'use')[1], '$.valueInteger') AS INTEGER) AS use,
    list_transform(items(subject, '$'), lambda s: {
        'id': split_part(json_extract_string(s, '$.reference'), '/', 2), 'name': json_extract_string(s, '$.display')}) AS subjects,
    quoted(quotes, 'text') AS text,
    quoted(quotes, 'lead') AS "lead",
    quoted(quotes, 'parent') AS parent,
    quoted(quotes, 'evidence') AS evidence,
    local_code(items(category, '$[0].coding'), 'approval-status') AS approval_status,
    local_code(items(indication, '$.intendedEffect.concept.coding'), 'intent') AS intent,
    json_extract_string(indication, '$.intendedEffect.concept.text') AS intent_words,
    CASE WHEN disease IS NULL THEN [] ELSE
        [coalesce(json_extract(ext(disease, 'condition')[1], '$.valueCodeableConcept'), json_extract(disease, '$.concept'))] END
        AS conditions,
    list_transform(ext(disease, 'narrower-condition'), lambda e: json_extract(e, '$.valueCodeableConcept')) AS narrower,
    of_role(comorbidities, 'setting') AS settings,
    of_role(comorbidities, 'cause') AS causes,
    of_kind(detail, 'status') AS disease_status,
    of_kind(detail, 'biomarker') AS biomarker,
    of_kind(detail, 'stage') AS stage,
    json_extract_string(ext(indication, 'line-of-therapy')[1], '$.valueCodeableConcept.text') AS line_of_therapy,
    said(ext(indication, 'given-alone')[1]).t AS alone,
    list_transform(list_sort(list_transform(ext(indication, 'phase'), lambda e: {
        'order': CAST(json_extract_string(part(e, 'order')[1], '$.valueInteger') AS INTEGER),
        't': said(part(e, 'phrase')[1]).t})), lambda p: p.t) AS phases,
    len(named("extension", 'qualified-in-words')) > 0 AS qualified_in_words,
    list_concat(
        list_transform(list_filter(list_transform(items(detail, '$.extension'), lambda d: json_extract(d, '$.valueCodeableConcept')),
            lambda c: len(ext(c, 'qualifier-of')) > 0), lambda c: concept(c)),
        list_transform(list_filter(patients,
            lambda c: json_extract_string(c, '$.code.coding[0].code') IN ('stated', 'timing', 'manner', 'duration', 'purpose')),
            lambda c: concept(json_extract(c, '$.valueCodeableConcept')))) AS qualifiers,
    list_transform(items(contained, '$'), lambda g: array_to_string(once(list_transform(items(g, '$.characteristic'), lambda c:
        coalesce(json_extract_string(c, '$.valueCodeableConcept.text'), said(ext(c, 'words')[1]).t))), '; ')) AS populations,
    flatten(list_transform(patients, lambda c: bounds_in(c))) AS ages,
    flatten(list_transform(patients, lambda c: items(c, '$.valueCodeableConcept.coding'))) AS patient_codes,
    names_with(therapies, 'required', false) AS with_required,
    flatten(list_transform(ext(indication, 'optional-therapy'), lambda e: names_in(e))) AS with_optional,
    phrases_with(therapies, 'alternative', false) AS with_alternative,
    phrases_with(therapies, 'combination', false) AS with_combination,
    names_with(therapies, 'concurrent', false) AS with_concurrent,
    names_with(therapies, 'required', true) AS prior_required,
    phrases_with(therapies, 'one-of', true) AS prior_one_of,
    list_transform(ext(indication, 'conditional-prior-therapy'), lambda e: said(part(e, 'phrase')[1])) AS prior_conditional
FROM resource;

-- The tables ----------------------------------------------------------------------------------------------------------------

-- Pages with their drug and the name that the run knew them by.
CREATE OR REPLACE VIEW source AS
WITH input AS (
    -- A stale page stands beside the one of its name that cannot be read.
    SELECT unnest(list_concat(inputs, coalesce(stale, [])), max_depth := 2)
    FROM read_json(file('/report.json'), format = 'unstructured', maximum_object_size = 268435456,
        columns = {inputs: 'STRUCT("name" VARCHAR, drug VARCHAR, outcome VARCHAR)[]',
            stale: 'STRUCT("name" VARCHAR, drug VARCHAR, outcome VARCHAR)[]'})
)
SELECT page.id, drug.name AS drug, drug.slug, drug.kind, input."name" AS page, sha256, url, last_reviewed, page_status, text, page."extension",
    json_extract_string(named(page."extension", 'stale')[1], '$.valueDate') AS stale,
    list_transform(list_filter(named(page."extension", 'sentence'),
        lambda s: role_of(s) = 'unread'), lambda s: said(s)) AS unread
FROM page
JOIN drug ON drug.id = page.id
LEFT JOIN input ON input.drug = drug.slug AND input.outcome = 'published';

CREATE OR REPLACE VIEW uses AS
WITH branches AS (
    -- All but condition, setting and cause is the same in every branch of a use.
    SELECT page_id, use, list(id) AS indications, min_by(indication, id) AS one,
        flatten(list(conditions)) AS conditions, flatten(list(narrower)) AS narrower,
        flatten(list(settings)) AS settings, flatten(list(causes)) AS causes,
        list_filter(min_by(subjects, id), lambda s: s.id <> page_id) AS brands
    FROM indication
    GROUP BY page_id, use
), use AS (
    SELECT *, list_concat(settings, causes) AS context,
        -- A code of "melanoma" is too wide for a use in "stage IIB melanoma": beside a narrower disease no code is exact.
        CASE WHEN len(narrower) = 0 THEN all_exact(conditions) ELSE [] END AS condition_exact,
        CASE WHEN len(narrower) = 0 THEN all_broader(conditions)
            ELSE list_concat(all_broader(conditions), all_exact(conditions), all_broader(narrower), all_exact(narrower)) END
            AS condition_broader,
        unnest(CASE WHEN len(brands) = 0 THEN [NULL] ELSE brands END) AS branded
    FROM branches
)
SELECT
    source.drug, source.slug, source.kind, branded.name AS brand, drug.fda_status, use.use,
    joined(list_sort(indications)) AS indications,
    one.intent, one.intent_words, one.approval_status,
    cell(list_transform(conditions, lambda c: concept(c))) AS condition,
    cell(list_transform(narrower, lambda c: concept(c))) AS narrower,
    cell(list_transform(settings, lambda c: concept(c))) AS setting,
    cell(list_transform(causes, lambda c: concept(c))) AS cause,
    cell(one.disease_status) AS disease_status, cell(one.biomarker) AS biomarker, cell(one.stage) AS stage,
    one.line_of_therapy,
    joined(list_sort(list_distinct(list_transform(list_filter(one.patient_codes,
        lambda c: ends_with(json_extract_string(c, '$.system'), '/age-group')), lambda c: json_extract_string(c, '$.code')))))
        AS age_group,
    list_min(years_of(closed_at(one.ages, 'low'))) AS age_low_years,
    left_out(closed_at(one.ages, 'low'), list_min(years_of(closed_at(one.ages, 'low')))) AS age_low_exclusive,
    list_max(years_of(closed_at(one.ages, 'high'))) AS age_high_years,
    left_out(closed_at(one.ages, 'high'), list_max(years_of(closed_at(one.ages, 'high')))) AS age_high_exclusive,
    joined(list_sort(list_distinct(list_transform(list_filter(one.patient_codes,
        lambda c: ends_with(json_extract_string(c, '$.system'), '/administrative-gender')), lambda c: json_extract_string(c, '$.code')))))
        AS sex,
    joined(one.populations) AS population,
    cell(one.with_required) AS with_required, cell(one.with_optional) AS with_optional,
    cell(one.with_alternative) AS with_alternative, cell(one.with_combination) AS with_combination,
    cell(one.with_concurrent) AS with_concurrent,
    cell(one.prior_required) AS prior_required, cell(one.prior_one_of) AS prior_one_of,
    cell(one.prior_conditional) AS prior_conditional,
    one.alone, joined(one.phases) AS phases, one.qualified_in_words, cell(one.qualifiers) AS qualifiers,
    codes(drug.exact, 'http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl') AS drug_ncit,
    codes(drug.broader, 'http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl') AS drug_ncit_broader,
    codes(drug.exact, 'http://www.nlm.nih.gov/research/umls/rxnorm') AS drug_rxnorm,
    codes(drug.broader, 'http://www.nlm.nih.gov/research/umls/rxnorm') AS drug_rxnorm_broader,
    codes(drug.exact, 'http://fdasis.nlm.nih.gov') AS drug_unii,
    codes(drug.broader, 'http://fdasis.nlm.nih.gov') AS drug_unii_broader,
    codes(brand.exact, 'http://www.nlm.nih.gov/research/umls/rxnorm') AS brand_rxnorm,
    codes(brand.broader, 'http://www.nlm.nih.gov/research/umls/rxnorm') AS brand_rxnorm_broader,
    codes(condition_exact, 'http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl') AS condition_ncit,
    codes(condition_broader, 'http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl') AS condition_ncit_broader,
    codes(condition_exact, 'http://hl7.org/fhir/sid/icd-10-cm') AS condition_icd10cm,
    codes(condition_broader, 'http://hl7.org/fhir/sid/icd-10-cm') AS condition_icd10cm_broader,
    codes(condition_exact, 'https://www.nlm.nih.gov/mesh') AS condition_mesh,
    codes(condition_broader, 'https://www.nlm.nih.gov/mesh') AS condition_mesh_broader,
    codes(condition_exact, 'http://purl.obolibrary.org/obo/mondo.owl') AS condition_mondo,
    codes(condition_broader, 'http://purl.obolibrary.org/obo/mondo.owl') AS condition_mondo_broader,
    codes(all_exact(context), 'http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl') AS context_ncit,
    codes(all_broader(context), 'http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl') AS context_ncit_broader,
    codes(all_exact(context), 'http://hl7.org/fhir/sid/icd-10-cm') AS context_icd10cm,
    codes(all_broader(context), 'http://hl7.org/fhir/sid/icd-10-cm') AS context_icd10cm_broader,
    codes(all_exact(context), 'https://www.nlm.nih.gov/mesh') AS context_mesh,
    codes(all_broader(context), 'https://www.nlm.nih.gov/mesh') AS context_mesh_broader,
    codes(all_exact(context), 'http://purl.obolibrary.org/obo/mondo.owl') AS context_mondo,
    codes(all_broader(context), 'http://purl.obolibrary.org/obo/mondo.owl') AS context_mondo_broader,
    one.text[1].t AS quote, one."lead"[1].t AS "lead", one.parent[1].t AS parent, cell(one.evidence) AS evidence,
    len(list_filter(source.unread, lambda s: len(list_filter(list_concat(one.text, one."lead", one.parent),
        lambda q: q.o <= s.o AND s.o < q.o + q.l)) > 0)) AS unread,
    line_of(source.text, one.text[1].o) AS line, one.text[1].o AS "offset", one.text[1].l AS "length",
    source.page, source.sha256, source.url, source.last_reviewed, source.page_status, source.stale
FROM use
JOIN source ON source.id = use.page_id
JOIN drug ON drug.id = use.page_id
LEFT JOIN drug AS brand ON brand.id = use.branded.id;

CREATE OR REPLACE VIEW denials AS
SELECT drug, slug, kind, said(e).t AS quote, line_of(text, said(e).o) AS line, said(e).o AS "offset", said(e).l AS "length",
    page, sha256, url, last_reviewed, page_status, stale
FROM (SELECT source.*, unnest(named(drug."extension", 'denied-use')) AS e FROM source JOIN drug ON drug.id = source.id);

CREATE OR REPLACE VIEW unread AS
SELECT drug, slug, kind, role_of(e) AS role, said(e).t AS quote, json_extract_string(part(e, 'reason')[1], '$.valueString') AS reason,
    line_of(text, said(e).o) AS line, said(e).o AS "offset", said(e).l AS "length", page, sha256, url, last_reviewed, page_status, stale
FROM (SELECT *, unnest(named("extension", 'sentence')) AS e FROM source)
WHERE role_of(e) IN ('unread', 'withheld');
