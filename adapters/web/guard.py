"""Who may talk to the chat: the page itself, in a browser on this machine, and nobody through it."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from adapters.web.settings import WebSettings

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")

# No inline script or style, nothing from elsewhere, no frame around the page, and one named place in the
# script where HTML becomes nodes (Trusted Types).
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types hearth",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # without any, browsers name no origin with a form either
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def is_loopback(host: str) -> bool:
    """Say whether a server listening on `host` can be reached from this machine only."""
    bare = host.strip("[]").lower()
    if bare == "localhost":
        return True
    try:
        return ip_address(bare).is_loopback
    except ValueError:
        return False


def is_ours(host_header: str, port: int, settings: WebSettings) -> bool:
    """Say whether a `Host` header names this server.

    A web page elsewhere can point a name of its own at this machine (DNS rebinding), but not one of ours;
    nor can it do so with a bare IP address, which is therefore enough where `other_address` is set.
    """
    try:
        parts = urlsplit(f"//{host_header.lower()}")
        name, given_port = parts.hostname or "", parts.port or 80
    except ValueError:
        return False
    written = f"[{name}]" if ":" in name else name
    if given_port != port or host_header.lower() not in (written, f"{written}:{port}"):
        return False
    if written in LOOPBACK_NAMES or name == settings.host.strip("[]").lower():
        return True
    return settings.other_address and _is_ip(name)


def refusal(request: web.Request, settings: WebSettings) -> str | None:
    """Return why the request must not be answered, or None."""
    port = request.transport.get_extra_info("sockname")[1] if request.transport else settings.port
    hosts = request.headers.getall(hdrs.HOST, [])
    if len(hosts) != 1 or not is_ours(hosts[0], port, settings):
        return f"Hearth does not answer to this address. Open http://127.0.0.1:{port}/ instead."
    origins = request.headers.getall(hdrs.ORIGIN, [])
    if not origins and request.method in ("GET", "HEAD") and hdrs.UPGRADE not in request.headers:
        return None  # browsers leave the origin out when a page is opened
    if [origin.lower() for origin in origins] != [f"http://{hosts[0].lower()}"]:
        return "Hearth answers only to its own page. Another page or program asked."
    return None


def guard(settings: WebSettings) -> Middleware:
    """Return the middleware that answers 403 to whatever `refusal` refuses, before anything else runs."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        reason = refusal(request, settings)
        if reason is not None:
            raise web.HTTPForbidden(text=reason)
        return await handler(request)

    return check


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Put the safety headers on every response, errors and handshakes included."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-cache")


def _is_ip(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
