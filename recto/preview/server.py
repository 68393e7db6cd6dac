"""The local page: HTTP on the loopback interface, server-sent events, watching the deck's files.

The only module that knows Starlette, uvicorn and watchfiles.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recto.errors import ToolError
from recto.layout import CARDS_FOLDER, CONFIG_FILE, LOCK_FILE, SYLLABUS_FOLDER, TEMPLATES_FOLDER
from recto.preview.editor import open_editor
from recto.preview.listing import Revisions
from recto.preview.site import STATIC, Session, mathjax_folder, sides_of

try:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles
    from watchfiles import Change, awatch
except ImportError as error:
    raise ToolError("what the preview needs is not installed here", hint="pip install 'recto[preview]'") from error

if TYPE_CHECKING:
    from types import FrameType

    from starlette.types import ASGIApp, Receive, Scope, Send

ADDRESS = "127.0.0.1"
# Files of the deck are shown by our page only; nothing of a card may run, load from elsewhere, or be framed elsewhere.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "media-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'self'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
_HEARTBEAT = 15.0  # s; a browser that went away is noticed by then
_SETTLED = 0.5  # s after which the watching has begun for certain
_REST = 1.0  # s without a save after which the rules of the whole deck are asked
_QUIET = 10  # ms without a further change after which a change is taken in


class Feed:
    """Who listens for changes. All but `count` belongs to the thread of the event loop."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[int | None]] = set()
        self._count = 0
        self._closed = False

    @property
    def count(self) -> int:
        """How many changes there were so far."""
        return self._count

    def announce(self) -> None:
        """Tell every open page that the deck changed."""
        self._count += 1
        for queue in self._listeners:
            queue.put_nowait(self._count)

    def close(self) -> None:
        """End all streams, so that the server can end."""
        self._closed = True
        for queue in self._listeners:
            queue.put_nowait(None)

    async def stream(self) -> AsyncIterator[str]:
        """Server-sent events (HTML standard, 9.2): one `change` per change, comments in between."""
        queue: asyncio.Queue[int | None] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield f"retry: 500\nevent: hello\ndata: {self._count}\n\n"
            while not self._closed:
                try:
                    count = await asyncio.wait_for(queue.get(), _HEARTBEAT)
                except TimeoutError:
                    yield ":\n\n"
                    continue
                if count is not None:
                    yield f"event: change\ndata: {count}\n\n"
        finally:
            self._listeners.discard(queue)


class _OnlyHere:
    """Refuse what does not come from our own page: another name in Host (DNS rebinding), another site's Origin."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = {f"{name}:{port}" for name in (ADDRESS, "localhost")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            host, origin = request.headers.get("host", ""), request.headers.get("origin")
            foreign_site = request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none")
            foreign = host not in self._hosts or foreign_site or (origin is not None and origin != f"http://{host}")
            if foreign or (request.method == "POST" and origin is None):
                await PlainTextResponse("this page is for this machine only\n", 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def create_app(session: Session, feed: Feed, port: int) -> ASGIApp:
    """The application for one deck; it answers only requests to this port of this machine."""
    math = mathjax_folder()
    revisions = Revisions()

    def file(name: str) -> Callable[[Request], Response]:
        return lambda _: FileResponse(STATIC / name, headers=_HEADERS)

    def index(request: Request) -> Response:
        # Counted before the view is taken: the list may be newer than it says, never older. A page whose stream opens
        # later compares, so that a change between its list and its stream is not lost.
        changes = feed.count
        listed = revisions.answer(session.view, request.query_params.get("have", ""))
        return JSONResponse({**listed, "math": bool(math), "changes": changes}, headers=_HEADERS)

    def card(request: Request) -> Response:
        found = session.view.cards.get(request.query_params.get("key", ""))
        if found is None:  # no error: the author has just renamed or deleted it
            return JSONResponse(None, headers=_HEADERS)
        return JSONResponse({**sides_of(found), "css": found.notetype.css}, headers=_HEADERS)

    def media(request: Request) -> Response:
        found = session.view.media.get(request.path_params["name"])
        # `sandbox`: an SVG that is opened by itself must not become a page of ours.
        policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
        if found is not None and found.data:
            return Response(found.data, media_type="image/svg+xml", headers={**_HEADERS, **policy})
        if found is None or not (session.project.root / found.path).is_file():
            return PlainTextResponse("no such file\n", 404, headers=_HEADERS)
        return FileResponse(session.project.root / found.path, headers={**_HEADERS, **policy})

    async def events(_: Request) -> Response:
        return StreamingResponse(feed.stream(), media_type="text/event-stream", headers=_HEADERS)

    async def open_(request: Request) -> Response:
        try:
            wanted: Any = await request.json()
            path, line, column = str(wanted["path"]), int(wanted["line"]), int(wanted["column"])
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"error": "a path, a line and a column are needed"}, 400, headers=_HEADERS)
        known = {d.span.path for d in session.view.diagnostics}
        known |= {card.linked.note.span.path for card in session.view.cards.values()}
        target = session.project.root / path
        if path not in known or not target.is_file():
            return JSONResponse({"error": "this is no file of the deck"}, 404, headers=_HEADERS)
        try:
            open_editor(target, line, column)
        except ToolError as error:
            return JSONResponse({"error": f"{error.message}: {error.hint}"}, 409, headers=_HEADERS)
        return JSONResponse({"opened": f"{path}:{line}:{column}"}, headers=_HEADERS)

    routes: list[Route | Mount] = [
        Route("/", file("index.html")),
        Route("/preview.css", file("preview.css")),
        Route("/preview.js", file("preview.js")),
        Route("/data/index.json", index),
        Route("/data/card.json", card),
        Route("/media/{name}", media),
        Route("/events", events),
        Route("/open", open_, methods=["POST"]),
    ]
    if math:
        routes.append(Mount("/mathjax", StaticFiles(directory=math)))
    return _OnlyHere(Starlette(routes=routes), port)


async def follow(session: Session, feed: Feed, stop: asyncio.Event) -> None:
    """Take in every change of the deck's files until `stop`, and announce it."""
    root = session.project.root
    folders = [root / name for name in (CARDS_FOLDER, TEMPLATES_FOLDER, SYLLABUS_FOLDER) if (root / name).is_dir()]

    def of_deck(_: Change, name: str) -> bool:
        relative = Path(name).relative_to(root)
        return not any(part.startswith(".") for part in relative.parts) and not name.endswith(("~", ".tmp"))

    def settings(_: Change, name: str) -> bool:
        return Path(name).name in (CONFIG_FILE, LOCK_FILE)

    lock, reviewing = asyncio.Lock(), asyncio.Lock()
    review: asyncio.Task[None] | None = None

    async def review_at_rest() -> None:
        await asyncio.sleep(_REST)
        async with reviewing:
            if await asyncio.to_thread(session.review):
                feed.announce()

    async def take_in(paths: set[Path]) -> None:
        nonlocal review
        async with lock:
            if review:
                review.cancel()
            try:
                await asyncio.to_thread(session.update, paths)
            except ToolError as error:
                session.fail(f"{error.message}{f' ({error.hint})' if error.hint else ''}")
            feed.announce()
            review = asyncio.create_task(review_at_rest())

    async def watch(where: list[Path], wanted: Callable[[Change, str], bool], *, recursive: bool) -> None:
        changes = awatch(*where, watch_filter=wanted, step=_QUIET, stop_event=stop, recursive=recursive)
        async for found in changes:
            await take_in({Path(name) for _, name in found})

    async def catch_up() -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _SETTLED)
            return
        missed = await asyncio.to_thread(session.changed_since_start)
        if missed:
            await take_in(set(missed))

    # The deck's own folder holds more than the deck (.git, dist, .venv): of it only the two files are watched.
    await asyncio.gather(watch(folders, of_deck, recursive=True), watch([root], settings, recursive=False), catch_up())
    if review:
        review.cancel()


class _Server(uvicorn.Server):
    """uvicorn, telling our tasks when it is asked to end; else it would wait for the streams for ever."""

    def __init__(self, config: uvicorn.Config, on_exit: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_exit = on_exit

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._on_exit()


def serve(session: Session, port: int, announce: Callable[[str], None]) -> None:
    """Serve until Ctrl-C. `announce` is called with the page's address once it can be opened; port 0 is any free one.

    Raises `ToolError` when the port is taken.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((ADDRESS, port))
            listener.listen()
        except OSError as error:
            raise ToolError(
                f"port {port} cannot be used: {error.strerror}", hint="name another with --port, or 0 for any free one"
            ) from error
        bound: int = listener.getsockname()[1]
        announce(f"http://{ADDRESS}:{bound}/")
        with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises the signal again when all is closed
            asyncio.run(_serve(session, listener, bound))


async def _serve(session: Session, listener: socket.socket, port: int) -> None:
    feed, stop, loop = Feed(), asyncio.Event(), asyncio.get_running_loop()

    def end() -> None:
        feed.close()
        stop.set()

    def end_soon() -> None:  # called by a signal handler
        loop.call_soon_threadsafe(end)

    config = uvicorn.Config(
        create_app(session, feed, port), log_level="critical", lifespan="off", timeout_graceful_shutdown=2
    )
    server = _Server(config, end_soon)
    watching = asyncio.create_task(follow(session, feed, stop))
    try:
        await server.serve(sockets=[listener])
    finally:
        end()
        await watching
