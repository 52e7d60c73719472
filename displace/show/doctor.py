"""The check of the evening before: would the show run in a room without a network? Each line says what to do if not."""

import re
import shutil
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

from packaging.requirements import Requirement

from .opening import HOST, Opening, free

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
BROWSERS = ("firefox", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
SECONDS_ALLOWED = 10.0  # seconds from start to page on a machine that does nothing else


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `slow`: it works, but not as it should in front of people."""

    what: str
    good: bool
    says: str
    slow: bool = False

    @property
    def mark(self) -> str:
        return "NO" if not self.good else "slow" if self.slow else "ok"


def findings(port: int) -> Iterator[Finding]:
    """Yield what was looked at, one after the other: the last ones serve the page and take seconds."""
    yield from _packages()
    yield _compiled()
    yield _port(port)
    yield _browser()
    if find_spec("solara"):
        yield from _page(port)


def _packages() -> Iterator[Finding]:
    """The extra 'viz' as it is declared: with other versions the page stays white."""
    wanted = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"]["viz"]
    for requirement in map(Requirement, wanted):
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            yield Finding(requirement.name, False, "not installed: run `make show` once with a network")
            continue
        good = requirement.specifier.contains(found)
        yield Finding(
            requirement.name,
            good,
            found if good else f"{found}, but the page needs {requirement.specifier}: run `make show`",
        )


def _compiled() -> Finding:
    from model.engine.kernel import cache_folder

    done = cache_folder().exists()
    return Finding("compiled model", done, "in the cache" if done else "not yet: run `make setup` (about a minute)")


def _port(port: int) -> Finding:
    return Finding(
        f"port {port}",
        free(port),
        "free" if free(port) else f"in use: end what uses it, or show with --port {port + 1}",
    )


def _browser() -> Finding:
    """A browser that this machine can open, or one of the usual ones."""
    import webbrowser

    try:
        return Finding("browser", True, webbrowser.get().name.rpartition("/")[2])
    except webbrowser.Error:
        found = next(filter(None, map(shutil.which, BROWSERS)), None)
        return Finding(
            "browser", found is not None, Path(found).name if found else "none found: install Firefox or Chromium"
        )


def _page(port: int) -> Iterator[Finding]:
    """Serve the page on this machine and fetch everything that it asks for."""
    from .server import running

    if not free(port):
        return
    began = monotonic()
    asking = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor())
    with running(Opening(), port) as link:
        page = _fetch(asking, link)
        took = monotonic() - began
        yield _served(bool(page), took)
        asked = sorted(set(re.findall(r'(?:src|href)="/?((?:_solara|static)/[^"]+)"', page)))
        missing = [path for path in asked if not _fetch(asking, f"http://{HOST}:{port}/{path}")]
        yield Finding(
            "offline assets",
            bool(asked) and not missing,
            f"all {len(asked)} there"
            if not missing
            else f"missing: {', '.join(missing)}; run `make show` once with a network",
        )


def _served(there: bool, took: float) -> Finding:
    """Say whether the page came and how long it took; what is late is no obstacle."""
    if not there:
        return Finding("page", False, "was not served")
    late = f" (more than {SECONDS_ALLOWED:.0f} s: the machine is busy; try again)" if took > SECONDS_ALLOWED else ""
    return Finding("page", True, f"served after {took:.1f} s{late}", slow=bool(late))


def _fetch(asking: urllib.request.OpenerDirector, url: str) -> str:
    """Return what this machine's own server sends, empty if nothing."""
    try:
        with asking.open(url, timeout=20) as answer:
            return answer.read().decode("utf-8", "replace")
    except (urllib.error.URLError, OSError):
        return ""
