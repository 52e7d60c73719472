"""What is wrong in a file, where in it, and what was expected: the one way in which messages say it."""

import difflib
import re

LONG_WORD = 6  # letters from which a word alone tells what was meant


class ScenarioError(ValueError):
    """A scenario that can't be used. The message: `<file>: <key or entry>: <what is wrong>; expected <what>`."""


class Where:
    """A file and a key in it, to say where something is wrong."""

    def __init__(self, file, *keys):
        self.file, self.keys = file, keys

    def __str__(self):
        return ": ".join([self.file, *([" . ".join(self.keys)] if self.keys else [])])

    def at(self, *keys):
        return Where(self.file, *self.keys, *keys)

    def entry(self, number, content):
        """Return the place of an entry of this array of tables, by number and by what it is about."""
        about = [content[key] for key in ("lever", "name", "place") if isinstance(content.get(key), str)]
        *outer, key = self.keys
        return Where(self.file, *outer, f"{key} {number} ({about[0]})" if about else f"{key} {number}")

    def error(self, wrong, expected, given=None, valid=()):
        """Return the error; with `given`, it suggests the nearest of `valid` (names, or names with aliases)."""
        near = nearest(given, valid)
        return ScenarioError(f"{self}: {wrong}; expected {expected}" + (f" (did you mean '{near}'?)" if near else ""))


def nearest(given, valid):
    """Return the name in `valid` that begins with `given` or is most like it, by itself or by its alias, or None.

    Where no whole name is like it, the one of whose words the longest is.
    """
    aliases = {name.lower(): name for name in valid}
    if isinstance(valid, dict):
        aliases = {alias.lower(): name for name, alias in valid.items() if isinstance(alias, str)} | aliases
    if given is None:
        return None
    given = str(given).lower()
    found = [alias for alias in aliases if len(given) > 2 and alias.startswith(given)]
    found = found or difflib.get_close_matches(given, aliases, n=1, cutoff=0.6)
    if not found:
        words = {word: alias for alias in aliases for word in re.split(r"\W+", alias) if len(word) >= LONG_WORD}
        found = [words[word] for word in difflib.get_close_matches(given, words, n=1, cutoff=0.7)]
    return aliases[found[0]] if found else None
