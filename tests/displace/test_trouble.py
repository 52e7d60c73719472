"""What goes wrong ends in a sentence: every run fails, a title looks like markup, the page can't start."""

import os
import re
import subprocess
import sys
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


@pytest.mark.parametrize("ending", ["png", "pdf", "svg"])
def test_a_title_in_another_script_is_drawn_without_a_warning(ending, tmp_path, recwarn):
    from matplotlib.figure import Figure

    from displace.figures import drawing

    def titled(title):
        figure = Figure()
        figure.text(0.1, 0.5, title)
        return figure

    svg = drawing.drawing("test")(titled)("ไทย ខ្មែរ မြန်မာ 中文", title="t", alt="a", stamp="s")
    assert "ไทย" in svg and "中文" in svg
    assert drawing.save(titled, tmp_path / f"plain.{ending}", "Plain") == ""
    unread = drawing.save(titled, tmp_path / f"other.{ending}", "\ue123")  # of no script: no font has it
    assert unread == ("" if ending == "svg" else "\ue123")
    assert not recwarn.list


def test_the_same_again_is_quoted_for_a_shell():
    """Once, a file's space or an apostrophe broke the line."""
    import shlex
    from types import SimpleNamespace

    from displace.report.comparison import _command

    asked = ["my dir/it's-mine.toml", "--set", "refill_elasticity=0.2"]
    plan = {
        "arms": {},
        "baseline": "baseline",
        "repeated_draws": None,
        "replicates": 2,
        "seed": 1,
        "people_per_agent": 9,
    }
    manifest = {"asked": asked, "draws_asked": "my dir/posterior.parquet:4"}
    words = shlex.split(_command(SimpleNamespace(plan=plan, manifest=manifest)).replace("\\\n", ""))
    assert words[:5] == ["displace", "compare", *asked] and "my dir/posterior.parquet:4" in words


def shell(line, **env):
    """Run a line in which `displace` is the command, and return what came out."""
    line = line.replace("displace", f"{sys.executable} -m displace")
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, env=os.environ | env, timeout=300)


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", "| head -1; exit ${PIPESTATUS[0]}"])
def test_a_stream_that_nobody_reads_does_not_end_the_work(closed, tmp_path):
    found = shell(f"displace compare firewalls {' '.join(SMALL)} --out {tmp_path}/out {closed}")
    assert found.returncode == 0 and "Traceback" not in found.stderr, found.stderr
    assert (tmp_path / "out" / "report.html").exists()
    refused = shell(f"displace explain no-such-scenario {closed}")
    assert refused.returncode == 2 and "Traceback" not in refused.stderr


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_letters_that_the_terminal_lacks_are_replaced(encoding, tmp_path):
    """A minus sign is never lost: a dash of the keyboard stands for it."""
    file = tmp_path / "mine.toml"
    file.write_text(
        'title = "Minus \N{MINUS SIGN}5 \u1780"\nquestion = "Why\N{HORIZONTAL ELLIPSIS}?"\n', encoding="utf-8"
    )
    found = shell(f"displace explain {file}", PYTHONIOENCODING=encoding)
    assert found.returncode == 0 and not found.stderr
    assert "Minus -5 \\u1780: Why" in found.stdout
