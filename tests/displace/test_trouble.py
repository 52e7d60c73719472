"""What goes wrong ends in a sentence: every run fails, a title looks like markup, the page can't start."""

import re
import threading

import pytest
from typer.testing import CliRunner

from displace.cli import terminal
from displace.cli.main import app
from displace.show import server
from displace.show.opening import Opening
from model.model import AuditError, Simulation

SMALL = ("--draws", "defaults", "--replicates", "2", "--people-per-agent", "2000", "--workers", "1", "-q")


def test_where_every_run_fails_the_runs_own_error_is_shown(tmp_path, monkeypatch):
    def fails(self, *_):
        raise AuditError("audit: planted")

    monkeypatch.setattr(Simulation, "advance", fails)
    out = str(tmp_path / "out")
    first = CliRunner().invoke(app, ["compare", "firewalls", *SMALL, "--out", out])
    for again in ([], ["--resume"]):
        found = CliRunner().invoke(app, ["compare", "firewalls", *SMALL, "--out", out, *again])
        assert found.exit_code == first.exit_code == 1, found.output
        assert "audit: planted" in found.output and "No pair of runs is complete" in found.output
    found = CliRunner().invoke(app, ["report", out])
    assert not found.exception or isinstance(found.exception, SystemExit), found.exception


@pytest.mark.parametrize("title", ["A [no shelter] policy", "An end [/b] of bold", "[red]Red[/red]"])
def test_a_title_that_looks_like_markup_is_printed_as_it_is(title, tmp_path, capsys):
    terminal.show_table((title, "b"), [(title, "1")], title=title)
    assert capsys.readouterr().out.count(title) == 3
    file = tmp_path / "mine.toml"
    file.write_text(
        f'title = "{title}"\nquestion = "Why?"\nextends = "history"\n\n[[policy]]\nlever = "firewall"\n'
        'states = ["THA"]\nstart = 2025-01-06\nstrength = 1\n'
    )
    found = CliRunner().invoke(app, ["compare", str(file), *SMALL, "--out", str(tmp_path / "out")])
    assert found.exit_code == 0, found.output
    assert (tmp_path / "out" / "report.html").exists()


def test_a_page_that_cannot_start_is_not_waited_for(monkeypatch):
    class Dies:
        started = should_exit = False

        def run(self):
            return None

    monkeypatch.setattr(server, "made", lambda opening, port, token: Dies())
    over = threading.Event()

    def look():
        with server.running(Opening(), 1):
            over.set()

    threading.Thread(target=look, daemon=True).start()
    assert over.wait(10), "waits for ever for a server that ended"


def test_numbers_in_a_pictures_texts_keep_their_digits():
    from matplotlib.figure import Figure

    from displace.figures.drawing import drawing

    @drawing("test")
    def picture():
        figure = Figure()
        axes = figure.subplots()
        axes.plot([0.123456, 2], [1.98765, 3])
        axes.set_title("version 0.10.12, 0.75 of 1.25, from 0.123")
        return figure

    svg = picture(title="0.75", alt="0.10.12", stamp="commit 0.1234")
    assert "version 0.10.12, 0.75 of 1.25, from 0.123" in svg and "0.1234" in svg
    (longest,) = {max(re.findall(r"\.(\d+)", path), key=len) for path in re.findall(r' d="([^"]*)"', svg)[:1]}
    assert len(longest) == 1, "coordinates to a tenth of a point"
