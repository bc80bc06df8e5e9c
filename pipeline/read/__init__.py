"""From a page's bytes to its text, front matter and blocks, every character with its place; knows no drug and no FHIR."""

from pipeline.read.front_matter import read_front_matter
from pipeline.read.page import read_page

__all__ = ["read_front_matter", "read_page"]
