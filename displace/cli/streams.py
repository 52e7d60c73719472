"""Standard output and error as they are: closed, cut off by `| head`, or of an encoding that lacks some letters.

None of these is an error of what was asked: the work is done, files are written, the exit code is the work's own.
"""

import codecs
import io
import os
import sys

PLAIN_LETTERS = {
    "\N{MINUS SIGN}": "-",
    "\N{EN DASH}": "-",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{MIDDLE DOT}": "-",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
}
PLAIN_WHERE_LACKING = "displace.plain"  # the name of the handler of letters that an encoding lacks


def set_up_streams():
    """Make `sys.stdout` and `sys.stderr` such that printing does not fail for want of a reader or of a letter."""
    codecs.register_error(PLAIN_WHERE_LACKING, _plain)
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:  # closed: else the next file that is opened would get what is printed
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is sys.__stdout__:  # else who calls this has put another in its place
        sys.stdout = _stream(1, sys.stdout)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _stream(2, sys.stderr)


class _Lasting(io.FileIO):
    """A stream that drops what is written once its reader is gone."""

    def write(self, data):
        try:
            return super().write(data)
        except BrokenPipeError:
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, self.fileno())
            os.close(nothing)
            return len(data)


def _stream(number: int, given) -> io.TextIOWrapper:
    encoding = given.encoding if given is not None else "utf-8"
    raw = _Lasting(number, "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=encoding,
        errors=PLAIN_WHERE_LACKING,
        line_buffering=number == 2 or raw.isatty(),
    )


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Return plain letters for those that can't be encoded; others as Python writes them."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(
        PLAIN_LETTERS.get(letter, letter.encode("ascii", "backslashreplace").decode()) for letter in lacking
    ), error.end
