"""One language's closed words, as data, and its text with the typographer's variants folded."""

from pipeline.language.english import WORD_CLASSES, classes_of, closed
from pipeline.language.text import DIGIT_MARKS, LITERAL_BOLD, MARKS, SIGN_MARKS, UNSEEN, UNSEEN_CLASS, plain, rx

__all__ = [
    "DIGIT_MARKS",
    "LITERAL_BOLD",
    "MARKS",
    "SIGN_MARKS",
    "UNSEEN",
    "UNSEEN_CLASS",
    "WORD_CLASSES",
    "classes_of",
    "closed",
    "plain",
    "rx",
]
