"""The review: a folder of pages on which a person sees what was extracted, why, and what was not, and decides on it."""

from pipeline.review.overview import waiting
from pipeline.review.sample import Drawn, draw_uses
from pipeline.review.site import Written, write_review

__all__ = ["Drawn", "Written", "draw_uses", "waiting", "write_review"]
