"""One language's closed words, as data, and its text with the typographer's variants folded."""

from pipeline.language.english import WORD_CLASSES, classes_of, closed
from pipeline.language.text import LITERAL_BOLD, MARKS, UNSEEN, plain, rx

__all__ = ["LITERAL_BOLD", "MARKS", "UNSEEN", "WORD_CLASSES", "classes_of", "closed", "plain", "rx"]
