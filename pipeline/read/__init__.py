"""From a page's bytes to its text, front matter and blocks, every character with its place; knows no drug and no FHIR."""

from pipeline.read.page import read_page

__all__ = ["read_page"]
