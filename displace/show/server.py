"""The server of the page: on this machine alone, for the pages that it served itself, and asking nobody anything."""

import os
import sys
import threading
import time
import warnings
import webbrowser
from contextlib import contextmanager

from . import opening as at
from .opening import HOST, Opening, ShowError, free


class OwnPagesOnly:
    """Lets through what asks for this very server; a page of another site can neither read nor steer a run.

    Wraps an ASGI application. `Host` must be this server's; `Origin`, which browsers send with every WebSocket,
    must be there for a WebSocket and be this server's wherever it is.
    """

    def __init__(self, app, port: int):
        self.app = app
        self.hosts = {f"{name}:{port}" for name in (HOST, "localhost")}
        self.origins = {f"http://{host}" for host in self.hosts}

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan" or self._own(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: refused with 403
        else:
            await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": b"This page is shown to its own machine only.\n"})

    def _own(self, scope) -> bool:
        headers: dict[bytes, list[str]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.lower(), []).append(value.decode("latin-1"))
        host, origin = headers.get(b"host", []), headers.get(b"origin", [])
        known = len(host) == 1 and host[0] in self.hosts and all(value in self.origins for value in origin)
        return known and (bool(origin) or scope["type"] != "websocket")


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


def made(opening: Opening, port: int):
    """Return the server (uvicorn's), not yet running. Raises ShowError if the port is taken."""
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
            OwnPagesOnly(app, port),
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
    server = made(opening, port)
    url = f"http://{HOST}:{port}"

    def say():
        if _started(server):
            print(f"Showing at {url}  (Ctrl-C ends it)", file=sys.stderr, flush=True)
            if open_browser:
                webbrowser.open(url)

    threading.Thread(target=say, daemon=True).start()
    server.run()


@contextmanager
def running(opening: Opening, port: int):
    """Serve the page in the background while the block runs."""
    server = made(opening, port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        _started(server, thread.is_alive)
        yield server
    finally:
        server.should_exit = True
        thread.join(10)


def _started(server, still_runs=lambda: True) -> bool:
    """Wait until the server answers; False if it ended before, by itself or by what it ran in."""
    while not server.started and not server.should_exit and still_runs():
        time.sleep(0.05)
    return server.started
