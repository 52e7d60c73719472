"""Text that may be shown anywhere: without the control characters that a terminal obeys and that no SVG may hold."""

import unicodedata

LINES = ("\n", "\t")  # control characters that a text may hold
# Of these categories of Unicode's, none is seen where it is shown, but some change how a terminal shows what follows.
CONTROLS = ("Cc", "Cs")
TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # change the direction of the text after them


def is_printable(text):
    """Say whether a text holds no control character but ends of lines and tabs: a terminal obeys the others."""
    return all(letter in LINES or not _is_control(letter) for letter in text)


def printable(text):
    """Return the text with its control characters written as Python writes them."""
    return "".join(
        letter if letter in LINES or not _is_control(letter) else letter.encode("unicode_escape").decode()
        for letter in text
    )


def _is_control(letter):
    return letter in TURNS or unicodedata.category(letter) in CONTROLS
