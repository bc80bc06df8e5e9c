"""One language's closed words, as data, and its text with the typographer's variants folded."""

from pipeline.language.english import WORD_CLASSES, classes_of, closed
from pipeline.language.text import LITERAL_BOLD, MARKS, UNSEEN, UNSEEN_CLASS, plain, rx

__all__ = ["LITERAL_BOLD", "MARKS", "UNSEEN", "UNSEEN_CLASS", "WORD_CLASSES", "classes_of", "closed", "plain", "rx"]
