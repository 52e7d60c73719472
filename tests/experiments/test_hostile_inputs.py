"""Hostile files end in one sentence, quickly and before anything runs: draws, scenarios and designs of strangers."""

import json
import re
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from displace.cli import terminal
from displace.cli.main import app
from displace.figures.drawing import drawing
from experiments.design.draws import METADATA, DrawsError, draws_of
from experiments.design.files import from_names
from model.registry.parameters import PARAMETERS
from scenarios.errors import ScenarioError
from scenarios.loading import load

NAME = "refill_elasticity"
HEAD = 'title = "T"\nquestion = "Q"\n'
ESCAPE = "\x1b]0;owned\x07"
ORIGIN = {"kind": "mine"}
POSTERIOR = {"kind": "posterior", "targets": {}, "missed": [], "free": [], "not_informed": [], "families": []}


def draws_file(path, columns, origin=ORIGIN, units=True):
    """Write a file of draws as anybody might; `columns`: (name, values, type)."""
    fields = [
        pa.field(name, kind, metadata={"unit": PARAMETERS[name].unit} if units and name in PARAMETERS else None)
        for name, _, kind in columns
    ]
    text = origin if isinstance(origin, bytes) else json.dumps(origin).encode()
    schema = pa.schema(fields, metadata={METADATA: text} if origin is not None else None)
    pq.write_table(pa.table([pa.array(values, kind) for _, values, kind in columns], schema=schema), path)
    return path


def one(values, kind=None, name=NAME):
    return [(name, values, kind or pa.float64())]


DRAWS = {
    "NaN": (one([0.5, float("nan")]), {}, "draw 1 is nan"),
    "infinite": (one([float("inf"), 0.5]), {}, "draw 0 is inf"),
    "null": (one([0.5, None]), {}, "draw 1 is nothing"),
    "text": (one(["a", "b"], pa.string()), {}, "holds string"),
    "lists": (one([[0.5], [0.5]], pa.list_(pa.float64())), {}, "holds list"),
    "truth": (one([True, False], pa.bool_()), {}, "holds bool"),
    "out of range": (one([0.5, 1e9]), {}, r"draw 1 is 1e\+09; expected numbers from"),
    "unknown column": (one([1.0], name="refil_elasticity"), {}, "did you mean 'refill_elasticity'"),
    "escape in a column": (one([1.0], name=f"a{ESCAPE}"), {}, r"\\x1b"),
    "no column": (one([1.0], name="people_held"), {}, "no column of a parameter"),
    "twice": (one([0.5]) + one([0.6]), {}, "is there twice"),
    "no draw": (one([]), {}, "holds 0 draws"),
    "too many": (one([0.5] * 70_000), {}, "holds 70,000 draws"),
    "no unit": (one([0.5]), {"units": False}, "is in ''"),
    "people held unknown": (one([0.5]) + one([None], name="people_held"), {}, "people_held: draw 0 is nothing"),
    "people held as text": (one([0.5]) + one(["many"], pa.string(), "people_held"), {}, "holds string"),
    "no origin": (one([0.5]), {"origin": None}, "no draws of the parameters"),
    "origin a list": (one([0.5]), {"origin": [1]}, "no draws of the parameters"),
    "origin no JSON": (one([0.5]), {"origin": b"{"}, "no draws of the parameters"),
    "origin with NaN": (one([0.5]), {"origin": {"effective": float("nan")}}, "no draws of the parameters"),
    "origin of another shape": (one([0.5]), {"origin": POSTERIOR | {"targets": 3}}, "no draws of the parameters"),
    "origin incomplete": (one([0.5]), {"origin": {"kind": "posterior"}}, "no draws of the parameters"),
    "origin nested": (one([0.5]), {"origin": b"[" * 10_000 + b"]" * 10_000}, "no draws of the parameters"),
    "origin with an escape": (one([0.5]), {"origin": {"kind": ESCAPE}}, "no draws of the parameters"),
}


@pytest.mark.parametrize("case", DRAWS)
def test_draws_of_a_stranger_are_refused_in_a_sentence(case, tmp_path):
    columns, more, said = DRAWS[case]
    path = draws_file(tmp_path / "mine.parquet", columns, **more)
    with pytest.raises(DrawsError, match=said) as caught:
        draws_of(str(path))
    assert "\n" not in str(caught.value) and "\x1b" not in str(caught.value)


def test_draws_that_are_right_are_read(tmp_path):
    path = draws_file(tmp_path / "mine.parquet", one([0.5, 0.6]), POSTERIOR | {"code": "x"})
    assert [dict(draw) for draw in draws_of(str(path)).values] == [{NAME: 0.5}, {NAME: 0.6}]


FILES = {
    "400 digits": (f"x = {'9' * 400}", "x: is too large"),
    "5,000 digits": (f"[parameters]\n{NAME} = {'9' * 3_900}\nx = 0x{'f' * 3_900}", "too large"),
    "beyond Python's digits": ("x = [" + "9" * 3_990 + "]\n" + f"y = {'9' * 5_000}", "is too long"),
    "deep lists": ("x = " + "[" * 1_900 + "]" * 1_900, "nested too deeply"),
    "deep lists on many lines": ("x = " + "[\n" * 20_000 + "]" * 3_000, "nested too deeply"),
    "a table in 40 others": ("[" + ".".join("a" * 40) + "]\nx = 1", "nested too deeply"),
    "a dotted key of 100 kB": (".".join("a" * 50_000) + " = 1", "is too long"),
    "a file of 2 MB": ("# comment\n" * 200_000, "too large"),
    "NUL in a path": ('[[arm]]\nscenario = "a\\u0000b.toml"', "control character"),
    "NUL in extends": ('extends = "a\\u0000b"', "control character"),
    "NUL in draws": ('draws = "a\\u0000b.parquet"\n[[arm]]\nscenario = "firewalls"', "control character"),
    "escape in a title": ('[[arm]]\nscenario = "firewalls"\ntitle = "\\u001b]0;owned\\u0007"', "control character"),
    "escape in an event": ('[[shock]]\nname = "\\u001b[2J"', "control character"),
    "escape in a key": ('"a\\u001b[2J" = 1', r"\\x1b.*control character"),
    "text turned round": ('extends = "\\u202egpj"', "control character"),
}


@pytest.mark.parametrize("case", FILES)
def test_files_of_a_stranger_are_refused_in_a_sentence(case, tmp_path):
    text, said = FILES[case]
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + text)
    start = time.monotonic()
    for ask in (load, lambda path: from_names([path])):
        with pytest.raises(ScenarioError, match=said) as caught:
            ask(path)
        assert "\n" not in str(caught.value) and "\x1b" not in str(caught.value)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("path", ["a\x1b[2Jb.toml", "a\0b.toml", "a\0b"])
def test_odd_paths_are_no_files(path):
    for ask in (load, lambda path: from_names([path]), lambda path: draws_of(f"{path}.parquet")):
        with pytest.raises(ScenarioError):
            ask(path)


def test_the_commands_refuse_them_before_anything_is_written(tmp_path):
    draws = draws_file(tmp_path / "mine.parquet", one([float("nan")]))
    found = CliRunner().invoke(app, ["compare", "firewalls", "--draws", str(draws), "--out", str(tmp_path / "out")])
    assert isinstance(found.exception, ScenarioError) and not (tmp_path / "out").exists()


def test_no_control_character_reaches_the_terminal_or_a_picture(capsys):
    terminal.show_table([ESCAPE], [[ESCAPE]], title=ESCAPE)
    terminal.show_notes([ESCAPE])
    terminal.show_sentences([ESCAPE])
    terminal.show_where(Results=ESCAPE)
    said = "".join(capsys.readouterr())
    assert "\x1b" not in said and said.count(r"\x1b]0;owned\x07") == 6

    @drawing("test")
    def picture():
        from matplotlib.figure import Figure

        figure = Figure()
        figure.text(0.1, 0.1, ESCAPE)
        return figure

    svg = picture(title=ESCAPE, alt=ESCAPE, stamp=ESCAPE)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", svg) and svg.count(r"\x1b]0;owned\x07") >= 4
