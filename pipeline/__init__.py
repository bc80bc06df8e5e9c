"""onlabel: what drug-information pages say a drug is approved for, quoted and proven, as FHIR NDJSON."""

__version__ = "0.1.0"
