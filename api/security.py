"""What protects every page: the Origin check on writes, headers, and which other sites may call."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import WrongOrigin

COOKIE = "env_doctor_login"
_SAFE = {"GET", "HEAD", "OPTIONS"}
# Scripts and styles come from our own files only: no inline script can run, wherever it came from.
_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # other sites embed the widget by its script, never a page of ours in a frame
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def check_origin(method: str, headers: Headers, path: str, cookie: bool) -> None:
    """Writes that a browser would sign with its cookie must come from a page of this site.

    Calls of the API without a cookie carry their own secret and are let through.

    :raises WrongOrigin: where the write comes from elsewhere, or does not say where from
    """
    if method in _SAFE or (path.startswith("/api/") and not cookie):
        return
    origin = headers.get("origin", "")
    if not origin or origin == "null" or urlsplit(origin).netloc != headers.get("host", ""):
        raise WrongOrigin()


class SecurityHeaders:
    """Adds the headers to every response that does not bring its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        static = scope["path"].startswith("/static/")

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if static else "same-site")
                headers.setdefault("Cache-Control", "no-cache" if static else "no-store")
                if static:
                    headers.setdefault("Access-Control-Allow-Origin", "*")  # a module script is fetched with CORS
            await send(message)

        await self.app(scope, receive, guarded)


class ApiCors:
    """Lets the configured sites call /api/; consoles and pages stay closed to them."""

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self.app = app
        self.api = CORSMiddleware(
            app,
            allow_origins=list(origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Last-Event-ID"],
            max_age=3600,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        api = scope["type"] == "http" and scope["path"].startswith("/api/")
        await (self.api if api else self.app)(scope, receive, send)
