"""The presenter's page in a real browser, on a machine that reaches nothing else.

Needs the extras viz and browser, and a Chromium; without them these are skipped, or fail if DISPLACE_BROWSER=required
(`make test DISPLACE_BROWSER=required`).
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from displace.show import opening
from displace.show.story import SCENES
from displace.show.two_worlds import ShowScenario, TwoWorlds
from experiments.design.limits import MOST_SEED
from model.registry.calendar import week_of
from scenarios.loading import load

ROOT = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
MISSING = [*(name for name in ("solara", "playwright") if find_spec(name) is None), *([] if CHROMIUM else ["chromium"])]

if MISSING and os.environ.get("DISPLACE_BROWSER") == "required":
    raise RuntimeError(f"the tests of the page are required here and lack: {', '.join(MISSING)}")
pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"the page is not tested without {', '.join(MISSING)} (make test DISPLACE_BROWSER=required)"
)

READY = 10.0  # seconds from the command to a usable page, on a machine that does nothing else
# The server, in a process that notes and refuses every attempt to reach another machine.
OFFLINE = """
import socket, sys
tried, arguments = sys.argv[1], sys.argv[2:]
here, connect, look_up = ("127.0.0.1", "::1", "localhost", None), socket.socket.connect, socket.getaddrinfo
def refuse(where):
    open(tried, "a").write(f"{where}\\n")
    raise OSError("this machine reaches nothing else")
def guarded_connect(self, address):
    local = self.family not in (socket.AF_INET, socket.AF_INET6) or address[0] in here
    return connect(self, address) if local else refuse(address)
def guarded_look_up(host, *rest, **more):
    return look_up(host, *rest, **more) if host in here else refuse(host)
socket.socket.connect, socket.getaddrinfo = guarded_connect, guarded_look_up
sys.argv = ["displace", *arguments]
from displace.cli.main import main
main()
"""


class Show:
    """A running `displace show` and how it was found."""

    def __init__(self, folder: Path):
        with socket.socket() as probe:
            probe.bind((opening.HOST, 0))
            self.port = probe.getsockname()[1]
        self.tried = folder / "tried"
        command = [sys.executable, "-c", OFFLINE, str(self.tried), "show", "--no-open", "--port", str(self.port)]
        began = time.monotonic()
        self.log = (folder / "log").open("w+")
        self.process = subprocess.Popen(
            command, cwd=ROOT, stderr=self.log, env=os.environ | {"HOST": "0.0.0.0", "SOLARA_HOST": "0.0.0.0"}
        )
        while "Showing at" not in self.said():
            assert self.process.poll() is None and time.monotonic() < began + 90, self.said()
            time.sleep(0.05)

    @property
    def url(self):
        """The link that was printed."""
        return re.search(r"http://\S+", self.said())[0]

    @property
    def origin(self):
        return f"http://{opening.HOST}:{self.port}"

    def said(self) -> str:
        return Path(self.log.name).read_text()

    def shake_hands(self, **headers) -> int:
        """Ask for the page's WebSocket with these headers; return the status of the answer."""
        own = {
            "Host": f"{opening.HOST}:{self.port}",
            "Origin": self.origin,
            "Cookie": f"displace-{self.port}={self.url.partition('token=')[2]}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
        }
        own |= {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"} | headers
        lines = "".join(f"{name}: {value}\r\n" for name, value in own.items())
        with socket.create_connection((opening.HOST, self.port), timeout=10) as asked:
            asked.sendall(f"GET /jupyter/api/kernels/k/channels?session_id=s HTTP/1.1\r\n{lines}\r\n".encode())
            return int(asked.recv(100).split()[1])


@pytest.fixture(scope="module")
def show(tmp_path_factory):
    show = Show(tmp_path_factory.mktemp("show"))
    yield show
    show.process.send_signal(signal.SIGINT)
    show.process.wait(20)
    assert "Traceback" not in show.said(), show.said()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(show, browser):
    """A visitor's page, watched: no error in its console, no request to another machine."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.set_default_timeout(15_000)
    wrong, asked = [], []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("response", lambda answer: wrong.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(show.url)
    page.wait_for_selector(".clock")
    yield page
    page.close()
    assert not wrong, wrong
    assert not [
        url for url in asked if not url.startswith((show.origin, show.origin.replace("http", "ws"), "data:", "blob:"))
    ]


def week(page) -> int:
    return int(page.get_attribute(".clock", "data-week"))


WEEKS_SHOWN = (
    "() => new Set([...document.querySelectorAll('.clock, .world')].map(shown => shown.dataset.week)).size === 1"
)


STILL = """quiet => new Promise(done => {
    const watch = new MutationObserver(() => wait());
    let timer;
    const wait = () => { clearTimeout(timer); timer = setTimeout(() => { watch.disconnect(); done(); }, quiet); };
    watch.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    wait();
})"""


def wait_until_still(page, quiet=1000):
    """Wait until nothing on the page has changed for so many milliseconds: a click meets what it is aimed at."""
    page.evaluate(STILL, quiet)


def wait_for_week(page, wanted: int):
    page.wait_for_function("w => Number(document.querySelector('.clock').dataset.week) >= w", arg=wanted)
    page.wait_for_function(WEEKS_SHOWN)


def pause(page) -> int:
    """Stop the clock, wait until what was under way is drawn, and return the week."""
    page.click("[aria-label=Pause]")
    page.wait_for_selector(".clock:not([data-playing])")
    before = None
    while before != (before := (week(page), *totals(page))):
        page.wait_for_timeout(400)
    page.wait_for_function(WEEKS_SHOWN)
    return before[0]


def totals(page) -> list[int]:
    return [int(page.get_attribute(f"[data-world='{k}']", "data-total")) for k in (0, 1)]


def places(page) -> list[str]:
    return page.eval_on_selector_all(".place[data-place]", "all => all.map(place => place.getAttribute('aria-label'))")


def jump(page, wanted: int):
    page.eval_on_selector(
        ".clock input", "(line, week) => { line.value = week; line.dispatchEvent(new Event('change')); }", wanted
    )
    wait_for_week(page, wanted + 1)


def own(policy, weeks: int) -> list[int]:
    """Return the people held in both worlds as the model alone has them."""
    worlds = TwoWorlds(ShowScenario(policy=policy)).advance(weeks)
    return [int(world.outcome("people_held")) for world in worlds.worlds]


def test_the_page_is_ready_in_ten_seconds_and_nothing_leaves_the_machine(show, page):
    spent = psutil.Process(show.process.pid).cpu_times()
    assert spent.user + spent.system < READY
    assert len(places(page)) == 2 * 31 and page.locator(".land").count() > 10
    listening = {
        each.laddr.ip
        for each in psutil.Process(show.process.pid).net_connections("inet")
        if each.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}  # although HOST says otherwise
    assert not show.tried.exists(), show.tried.read_text()


def test_only_the_page_itself_may_open_a_socket(show):
    assert show.shake_hands() == 101
    assert show.shake_hands(Origin="http://example.org") == 403
    assert show.shake_hands(Host="example.org") == 403
    assert show.shake_hands(Cookie="") == show.shake_hands(Cookie=f"displace-{show.port}=guessed") == 403


def test_play_advances_both_worlds_fast_enough_and_pauses(page):
    page.select_option(".clock select", "26")
    began = time.monotonic()
    page.keyboard.press(" ")
    wait_for_week(page, 80)
    assert week(page) / (time.monotonic() - began) >= 8
    stands = pause(page)
    assert totals(page) == own(load(opening.OPENING_SCENARIO), stands)
    page.click("[aria-label=Step]")
    wait_for_week(page, stands + 1)
    assert week(page) == stands + 1


def test_the_fastest_setting_neither_freezes_nor_skips_a_week(page):
    page.select_option(".clock select", "104")
    page.click("[aria-label=Play]")
    wait_for_week(page, 300)
    reached = pause(page)
    assert totals(page) == own(load(opening.OPENING_SCENARIO), reached)
    jump(page, 520)
    drawn = page.locator("[data-strip=held] .curve").get_attribute("d")
    assert drawn.count("L") + 1 == 521 - (
        load(opening.OPENING_SCENARIO).first_policy_week - 26
    )  # every week since half a year before the policy


def test_reset_returns_to_the_same_first_picture(page):
    first = places(page)
    jump(page, 200)
    assert places(page) != first
    page.keyboard.press("r")
    page.wait_for_selector(".clock[data-week='0']")
    page.wait_for_selector("[data-week='0'][data-world='1']")
    assert places(page) == first


def test_reset_and_pause_while_playing_are_the_last_word(page):
    page.select_option(".clock select", "104")
    for back in ("r", "R"):
        page.keyboard.press(" ")
        wait_for_week(page, 60)
        page.keyboard.press(back)
        page.wait_for_selector(".clock[data-week='0']:not([data-playing])")
        page.wait_for_timeout(600)  # for what was under way
        assert week(page) == 0
    page.keyboard.press(" ")
    wait_for_week(page, 60)
    page.keyboard.press(" ")
    page.wait_for_selector(".clock:not([data-playing])")
    stands = week(page)
    page.wait_for_timeout(600)
    assert week(page) == stands


def test_a_lever_changes_the_policys_world_alone(page):
    jump(page, 520)
    before = totals(page)
    page.click("text=Policies")
    page.locator(".form .entry [role=slider]").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.click("text=Show these policies")
    page.wait_for_function(
        "old => Number(document.querySelector('[data-world=\"1\"]').dataset.total) !== old", arg=before[1]
    )
    wait_for_week(page, 521)
    after = totals(page)
    assert after[0] == before[0] and after[1] != before[1]
    page.wait_for_selector('.form .command:has-text("my-policy.toml")')  # drawn after the worlds
    with page.expect_download() as download:
        page.click("text=Download my-policy.toml")
    policy = load(download.value.path().rename(download.value.path().with_name("my-policy.toml")))
    assert own(policy, 521) == after


def test_what_a_file_may_not_say_is_an_error_on_the_page(page):
    page.click("text=Policies")
    for typed, said in (
        ("2044-01-01", "outside the calendar"),
        ("2025-02-30", "'2025-02-30' is no date"),
        ("", "'' is no date"),
    ):
        page.get_by_label("Start").fill(typed)
        page.click("text=Show these policies")
        page.wait_for_selector(f'.wrong:has-text("{said}")')
        assert page.locator(".clock").count() == 1
    page.get_by_label("Start").fill("2026-01-05")
    run = page.get_attribute(".clock", "data-run")
    page.click("text=Show these policies")
    page.wait_for_selector(f".clock:not([data-run='{run}'])")  # the new worlds are there
    wait_until_still(page)  # and so is the form, made anew beside them
    page.locator(".form").get_by_label("Seed").fill(str(MOST_SEED + 1))
    page.click("text=Start anew")
    page.wait_for_selector(".wrong:has-text('seed')")
    page.locator(".form").get_by_label("Seed").fill(str(MOST_SEED))
    page.click("text=Start anew")
    page.wait_for_selector(".wrong", state="detached")
    page.wait_for_selector(f".form .command:has-text('--seed {MOST_SEED}')")


def test_a_file_is_opened_by_keyboard(page, tmp_path):
    file = tmp_path / "beds.toml"
    file.write_text(
        'title = "Beds"\nquestion = "Do beds help?"\nextends = "history"\n[[policy]]\nlever = '
        '"shelter_capacity"\nstates = ["KHM"]\nstart = 2025-01-06\nstrength = 1\n'
    )
    page.click("text=Policies")
    with page.expect_file_chooser() as chooser:
        page.focus(".open-file input")
        page.keyboard.press("Enter")
    chooser.value.set_files(file)
    page.wait_for_selector("[data-world='1'] figcaption:has-text('Beds')")
    wait_until_still(page)
    assert page.locator(".form").get_by_label("Title").input_value() == "Beds"  # what 'Show these policies' would show
    assert page.locator(".form .entry").count() == 1 and "shelter" in page.locator(".form .entry").inner_text()


def test_a_place_opens_its_card_by_mouse_and_keyboard(page):
    jump(page, 500)
    page.click("[data-world='1'] [data-place=clark] .hit")
    page.wait_for_selector(".place-card")
    card = page.inner_text(".place-card")
    assert "Clark" in card and "People held" in card and "State: Philippines" in card
    page.click(".place-card [aria-label=Close]")
    page.wait_for_selector(".place-card", state="detached")
    page.focus("[data-world='0'] [data-place=kokang]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".place-card >> text=Kokang")


def test_a_scene_is_one_click_plays_and_ends(page):
    page.click("text=5 Crackdown, displacement")
    page.wait_for_selector(".clock[data-playing]")
    wait_for_week(page, 480)
    assert "conditional world" in page.inner_text(".says") and "hand-set" in page.inner_text(".says")
    assert re.search(r"\d fewer|\d more|as many", page.inner_text("[data-world='1'] figcaption"))
    page.select_option(".clock select", "104")
    page.wait_for_selector(".clock:not([data-playing])")
    assert week(page) == week_of(SCENES[4].ends)


def test_two_visitors_do_not_share_a_model(page, browser, show):
    jump(page, 100)
    other = browser.new_page()
    other.goto(show.url)
    other.wait_for_selector(".clock")
    assert week(other) == 0 and week(page) == 101
    other.close()


def test_mesas_own_controls_drive_the_same_worlds(page):
    page.click("text=6 Rights first")
    page.wait_for_selector(".clock[data-playing]")
    page.keyboard.press("r")
    page.wait_for_selector(".clock[data-week='0']:not([data-playing])")
    page.click(".v-app-bar button >> nth=0")
    page.click(".v-navigation-drawer button:has-text('Step')")
    wait_for_week(page, 1)
    page.click(".v-navigation-drawer button:has-text('Reset')")
    page.wait_for_selector(".clock[data-week='0']")
    assert totals(page)[0] == totals(page)[1]
    assert load("rights-package").title in page.inner_text("[data-world='1'] figcaption")


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)], ids=str)
def test_everything_fits_the_screen(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for shown in (".says", ".world", ".key", ".strips", ".clock"):
        box = page.locator(shown).first.bounding_box()
        assert (
            box["x"] >= 0
            and box["y"] >= 0
            and box["x"] + box["width"] <= size[0] + 1
            and box["y"] + box["height"] <= size[1] + 1
        ), shown
    assert page.evaluate("document.documentElement.scrollHeight") <= size[1]
    page.click("button:has-text('Policies')")
    form = page.locator(".form").bounding_box()
    for shown in (".says", ".world >> nth=1", ".key", ".strips", ".clock"):
        box = page.locator(shown).first.bounding_box()
        assert box["x"] + box["width"] <= form["x"] + 1, f"{shown} lies under the form"
    page.click(".form [aria-label='Close']")
