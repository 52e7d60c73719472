"""The server of the page: on this machine alone, for the pages that it served itself, and asking nobody anything."""

import os
import secrets
import sys
import threading
import time
import warnings
import webbrowser
from contextlib import contextmanager
from urllib.parse import parse_qs

from . import opening as at
from .opening import HOST, Opening, ShowError, free


class OwnPagesOnly:
    """Lets through who has the link and asks for this very server; no other site can read, steer or frame a run.

    Wraps an ASGI application. The link bears a `token`, as Jupyter's does, since other users of the machine reach its
    ports too; whoever opens it gets the token as a cookie and is sent to the page. `Host` must be this server's;
    `Origin`, which browsers send with every WebSocket, must be there for a WebSocket and be this server's wherever it
    is.
    """

    def __init__(self, app, port: int, token: str):
        self.app, self.token = app, token
        self.cookie = f"displace-{port}"  # cookies are shared by all ports of a machine
        self.hosts = {f"{name}:{port}" for name in (HOST, "localhost")}
        self.origins = {f"http://{host}" for host in self.hosts}

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = self._headers(scope)
        if scope["type"] == "websocket":
            if self._own(headers, True) and self._has_cookie(headers):
                await self.app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})  # before it is accepted: refused with 403
        elif not self._own(headers, False):
            await _answer(send, 403, b"This page is shown to its own machine only.\n")
        elif self._same(parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]):
            cookie = f"{self.cookie}={self.token}; Path=/; HttpOnly; SameSite=Lax".encode()
            await _answer(send, 303, b"", (b"location", b"/"), (b"set-cookie", cookie))
        elif not self._has_cookie(headers):
            await _answer(send, 403, b"This page opens by the link that `displace show` has printed.\n")
        else:
            await self.app(scope, receive, _guarding(send))

    def _headers(self, scope) -> dict[bytes, list[str]]:
        headers: dict[bytes, list[str]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.lower(), []).append(value.decode("latin-1"))
        return headers

    def _own(self, headers, with_origin: bool) -> bool:
        host, origin = headers.get(b"host", []), headers.get(b"origin", [])
        known = len(host) == 1 and host[0] in self.hosts and all(value in self.origins for value in origin)
        return known and (bool(origin) or not with_origin)

    def _has_cookie(self, headers) -> bool:
        pairs = (pair.partition("=") for line in headers.get(b"cookie", []) for pair in line.split(";"))
        return any(name.strip() == self.cookie and self._same(value.strip()) for name, _, value in pairs)

    def _same(self, token: str) -> bool:
        return secrets.compare_digest(token.encode(), self.token.encode())


# In no frame of another page, which could have clicks go astray; and the link with its token is told to nobody.
GUARDS = (
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)


async def _answer(send, status: int, text: bytes, *headers: tuple[bytes, bytes]):
    headers = [(b"content-type", b"text/plain"), *headers, *GUARDS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})


def _guarding(send):
    async def guarded(message):
        if message["type"] == "http.response.start":
            message = message | {"headers": [*message.get("headers", ()), *GUARDS]}
        await send(message)

    return guarded


def link(port: int, token: str) -> str:
    """Return the link that opens the page."""
    return f"http://{HOST}:{port}/?token={token}"


def quiet_settings():
    """Make Solara contact nobody, whatever the environment or a `.env` file says. Before its server is imported."""
    os.environ["SOLARA_TELEMETRY_MIXPANEL_ENABLE"] = "False"
    os.environ["SOLARA_APP"] = "displace.show.app"
    import solara.settings
    from solara.server import settings

    settings.telemetry.mixpanel_enable = False
    settings.main.mode, settings.main.host = "production", HOST
    settings.theme.title, settings.theme.loader, settings.theme.show_banner, settings.theme.variant = (
        "displace",
        "plain",
        False,
        settings.ThemeVariant.light,
    )
    solara.settings.assets.cdn = ""  # what is not installed is missing, never fetched


def made(opening: Opening, port: int, token: str):
    """Return the server (uvicorn's) for those who have the token, not yet running.

    Raises ShowError if the port is taken.
    """
    if not free(port):
        raise ShowError(
            f"port {port} is in use, perhaps by another `displace show`; expected a free one (try --port {port + 1})"
        )
    at.first = opening
    quiet_settings()
    import uvicorn
    from solara.server.starlette import app

    warnings.filterwarnings("ignore", message="Cookies with samesite=none")  # meant for servers on the web
    return uvicorn.Server(
        uvicorn.Config(
            OwnPagesOnly(app, port, token),
            host=HOST,
            port=port,
            loop="asyncio",
            access_log=False,
            log_level="error",
            timeout_graceful_shutdown=1,
        )
    )


def serve(opening: Opening, port: int, open_browser: bool):
    """Serve the page until Ctrl-C; say where, and open it, as soon as it is there."""
    token = secrets.token_urlsafe()
    server, url = made(opening, port, token), link(port, token)

    def say():
        if _started(server):
            print(f"Showing at {url}  (Ctrl-C ends it)", file=sys.stderr, flush=True)
            if open_browser:
                webbrowser.open(url)

    threading.Thread(target=say, daemon=True).start()
    server.run()


@contextmanager
def running(opening: Opening, port: int):
    """Serve the page in the background while the block runs, which gets the link."""
    token = secrets.token_urlsafe()
    server = made(opening, port, token)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        _started(server, thread.is_alive)
        yield link(port, token)
    finally:
        server.should_exit = True
        thread.join(10)


def _started(server, still_runs=lambda: True) -> bool:
    """Wait until the server answers; False if it ended before, by itself or by what it ran in."""
    while not server.started and not server.should_exit and still_runs():
        time.sleep(0.05)
    return server.started
