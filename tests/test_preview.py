"""The preview without a browser: what it serves and to whom, what changes cost, the exported site."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from conftest import ROOT, Deck, MakeDeck

from recto.cli import run
from recto.cli.preview import command
from recto.errors import ToolError
from recto.preview.editor import editor_command
from recto.preview.export import MANIFEST, export_site
from recto.preview.listing import index_of
from recto.preview.server import Feed, create_app, serve
from recto.preview.site import Session, sides_of

PORT = 8377
HERE = f"http://127.0.0.1:{PORT}"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><title>dot</title><circle cx="4" cy="4" r="4"/></svg>'
CARDS = {
    "cards/a/one.md": "# One\n\n## First question {#one}\n\nAnswer $x^2$\n\n![a dot](dot.svg)\n\n"
    "## Second {#two .reverse}\n\nB\n",
    "cards/a/dot.svg": SVG,
    "cards/b.md": "# Two\n\n## Holes {#holes .cloze}\n\n==alpha== and ==beta==\n",
}


class Client:
    """Asks the application without a server (httpx speaks to it in asyncio only)."""

    def __init__(self, session: Session) -> None:
        self._app = create_app(session, Feed(), PORT)

    def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url=HERE) as client:
                return await client.request(method, path, **options)

        return asyncio.run(ask())

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self._ask("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self._ask("POST", path, **options)


@pytest.fixture
def deck(make_deck: MakeDeck) -> Deck:
    return make_deck(dict(CARDS))


@pytest.fixture
def session(deck: Deck) -> Session:
    return Session(deck.project)


@pytest.fixture
def client(session: Session) -> Client:
    return Client(session)


def keys(session: Session) -> list[str]:
    return [c["key"] for area in index_of(session.view)["areas"] for t in area["topics"] for c in t["cards"]]


def test_index__lists_every_card_in_the_order_of_study(session: Session, client: Client) -> None:
    """A line per card of Anki: both directions, every hole."""
    assert keys(session) == ["holes-1", "holes-2", "one-1", "two-1", "two-2"]
    index = client.get("/data/index.json").json()
    assert [area["title"] for area in index["areas"]] == ["", "a"]
    assert index["diagnostics"] == []
    assert "answer" in index["areas"][1]["topics"][0]["cards"][0]["text"]


def test_card__comes_rendered(client: Client) -> None:
    """Both sides as Anki renders them, with the packaged name of its picture."""
    card = client.get("/data/card.json", params={"key": "one-1"}).json()
    assert "First question" in card["question"]
    assert r"\(x^2\)" in card["answer"]
    assert (card["path"], card["line"]) == ("cards/a/one.md", 3)
    assert ".card" in card["css"]
    (name,) = {part.split('"')[0] for part in card["answer"].split('src="')[1:]}
    picture = client.get(f"/media/{name}")
    assert picture.text == SVG
    assert "sandbox" in picture.headers["content-security-policy"]
    assert client.get("/data/card.json", params={"key": "none"}).json() is None


@pytest.mark.parametrize(
    "path",
    [
        "/deck.toml",
        "/media/deck.toml",
        "/media/..%2f..%2fdeck.toml",
        "/media/%2e%2e/%2e%2e/deck.toml",
        "/media/..%5cdeck.toml",
        "/media/dot.svg",
        "/media/%2fetc%2fpasswd",
        "/mathjax/../../../../../../../../etc/passwd",
        "/mathjax/..%2f..%2f..%2f..%2fjs%2fmathjax.js",
        "/preview.js/../server.py",
        "/server.py",
    ],
)
def test_other_files__are_not_served(client: Client, path: str) -> None:
    """Only packaged media by their packaged name, our page, and Anki's MathJax."""
    assert client.get(path).status_code == 404


def test_page_and_mathjax__are_served(client: Client) -> None:
    """Everything that the page asks for is there and says what it may load."""
    for path in ("/", "/preview.js", "/preview.css"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert client.get("/mathjax/tex-chtml-full.js").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": f"evil.example:{PORT}"},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1:9"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/data/index.json", "/events", "/mathjax/tex-chtml-full.js"])
def test_foreign_request__is_refused(client: Client, headers: dict[str, str], path: str) -> None:
    """A page of another site cannot read the deck, not even under a name that it points at this machine."""
    assert client.get(path, headers=headers).status_code == 403


def test_open__starts_the_editor_for_our_own_page_only(
    client: Client, deck: Deck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """POST /open needs our Origin and a file of the deck."""
    started: list[list[str]] = []
    monkeypatch.setenv("EDITOR", "code --wait")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setattr(subprocess, "Popen", started.append)
    place = {"path": "cards/a/one.md", "line": 3, "column": 1}
    assert client.post("/open", json=place).status_code == 403
    assert client.post("/open", json=place, headers={"Origin": "https://evil.example"}).status_code == 403
    own = {"Origin": HERE}
    assert client.post("/open", json={**place, "path": "deck.toml"}, headers=own).status_code == 404
    assert client.post("/open", json={**place, "path": "../x"}, headers=own).status_code == 404
    assert client.post("/open", json={"path": "cards/a/one.md"}, headers=own).status_code == 400
    assert client.post("/open", content="[", headers=own).status_code == 400
    assert client.get("/open").status_code == 405
    assert started == []
    assert client.post("/open", json=place, headers=own).json() == {"opened": "cards/a/one.md:3:1"}
    assert started == [["code", "--wait", "-g", f"{deck.root / 'cards/a/one.md'}:3:1"]]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"EDITOR": "code"}, ["code", "-g", "/d/a.md:3:7"]),
        ({"EDITOR": "vim", "VISUAL": "subl -n"}, ["subl", "-n", "/d/a.md:3:7"]),
        ({"EDITOR": "/usr/bin/vim"}, ["/usr/bin/vim", "+3", "/d/a.md"]),
        ({"EDITOR": "xed"}, ["xed", "/d/a.md"]),
    ],
)
def test_editor__gets_the_place_as_it_takes_it(environment: dict[str, str], expected: list[str]) -> None:
    """Editors differ in how they are told a line."""
    assert editor_command(Path("/d/a.md"), 3, 7, environment) == expected


def test_editor__is_vs_code_where_none_is_set(tmp_path: Path) -> None:
    """Without $EDITOR: `code` if it is there, else a word of help."""
    with pytest.raises(ToolError, match="no editor"):
        editor_command(Path("/d/a.md"), 3, 7, {"PATH": str(tmp_path)})
    code = tmp_path / "code"
    code.write_text("#!/bin/sh\n")
    code.chmod(code.stat().st_mode | stat.S_IXUSR)
    assert editor_command(Path("/d/a.md"), 3, 7, {"PATH": str(tmp_path)}) == [str(code), "-g", "/d/a.md:3:7"]


def test_update__compiles_the_changed_file_only(deck: Deck, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """A save costs one file, and gives what a whole check gives."""
    compiled: list[str] = []
    import recto.project as module

    original = module.compile_source
    monkeypatch.setattr(module, "compile_source", lambda s, *rest: compiled.append(s.path) or original(s, *rest))
    deck.write("cards/b.md", "# Two\n\n## Holes {#holes .cloze}\n\n==alpha== and more\n\n## No answer {#none}\n")
    session.update([deck.root / "cards/b.md"])
    assert compiled == ["cards/b.md"]
    assert keys(session) == ["holes-1", "none-1", "one-1", "two-1", "two-2"]
    assert session.view.diagnostics == deck.check().diagnostics
    (fault,) = index_of(session.view)["diagnostics"]
    assert (fault["rule"], fault["key"]) == ("missing-answer", "none-1")


def test_update__follows_new_deleted_and_moved_files(deck: Deck, session: Session) -> None:
    """Files come and go while one writes."""
    deck.write("cards/c.md", "# Three\n\n## New {#new}\n\nA\n")
    (deck.root / "cards/b.md").unlink()
    session.update([deck.root / "cards/c.md", deck.root / "cards/b.md"])
    assert keys(session) == ["new-1", "one-1", "two-1", "two-2"]
    (deck.root / "cards/a/dot.svg").unlink()
    session.update([deck.root / "cards/a/dot.svg"])
    assert [d.rule for d in session.view.diagnostics] == ["missing-media"]
    (deck.root / "cards/a").rename(deck.root / "cards/z")
    session.update([deck.root / "cards/a", deck.root / "cards/z"])
    assert {card.linked.note.span.path for card in session.view.cards.values()} == {"cards/c.md", "cards/z/one.md"}
    deck.write("templates/style/99-mine.css", ".mine { color: red; }\n")
    session.update([deck.root / "templates/style/99-mine.css"])
    assert ".mine" in next(iter(session.view.cards.values())).notetype.css


def test_update__keeps_the_cards_while_the_settings_are_broken(deck: Deck, session: Session) -> None:
    """A half-written deck.toml shows as a fault; the cards stay, and all is well again afterwards."""
    good = deck.read("deck.toml")
    deck.write("deck.toml", "name = \n")
    session.update([deck.root / "deck.toml"])
    assert len(keys(session)) == 5
    assert session.view.message
    assert session.view.diagnostics
    deck.write("deck.toml", good)
    session.update([deck.root / "deck.toml"])
    assert (session.view.message, session.view.diagnostics) == ("", ())


def test_update__of_a_deck_that_cannot_be_read_keeps_everything(deck: Deck, session: Session) -> None:
    """A folder that is away for a moment is a sentence, not the end."""
    before = session.view
    (deck.root / "cards").rename(deck.root / "away")
    with pytest.raises(ToolError, match="cards"):
        session.update([deck.root / "cards"])
    assert session.view is before
    session.fail("there is no folder cards/")
    assert index_of(session.view)["message"] == "there is no folder cards/"
    (deck.root / "away").rename(deck.root / "cards")
    session.update([deck.root / "cards"])
    assert session.view == before


def test_card_without_id__has_an_address(make_deck: MakeDeck) -> None:
    """Cards that are being written, and twins, can be looked at."""
    deck = make_deck({"cards/a.md": "# T\n\n## Q\n\nA\n\n## R {#r}\n\nB\n\n## R2 {#r}\n\nB2\n"})
    session = Session(deck.project)
    assert keys(session) == ["cards/a.md:3-1", "r-1", "cards/a.md:11-1"]
    assert "R2" in sides_of(session.view.cards["cards/a.md:11-1"])["question"]


def test_export__is_complete_and_relative(deck: Deck, tmp_path: Path) -> None:
    """Every side, picture and MathJax file is beside the page, and nothing refers to a root or another site."""
    target = tmp_path / "site"
    assert run(["preview", "--export", str(target), "--deck", str(deck.root), "--quiet"]) == 0
    names = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert {"index.html", "preview.js", "preview.css", "data/index.js", "data/topic-1.js", ".nojekyll"} <= names
    assert "mathjax/tex-chtml-full.js" in names
    assert len([name for name in names if name.startswith("media/")]) == 1
    assert len([name for name in names if name.endswith(".woff")]) > 20
    page = (target / "index.html").read_text()
    assert 'src="data/index.js"' in page
    assert not [part for part in page.split('"') if part.startswith(("/", "http:", "https:"))]
    topic = (target / "data/topic-2.js").read_text()
    data = json.loads(topic[topic.index("=", topic.index("]")) + 1 : -2])
    assert [card["key"] for card in data["cards"]] == ["one-1", "two-1", "two-2"]
    assert set((target / MANIFEST).read_text().splitlines()) | {MANIFEST} == names


def test_export__overwrites_only_its_own(deck: Deck, session: Session, tmp_path: Path) -> None:
    """A second export replaces the first; a folder with anything else is refused and left as it is."""
    target = tmp_path / "site"
    export_site(session.view, deck.root, target)
    (deck.root / "cards/a/one.md").unlink()
    session.update([deck.root / "cards/a/one.md"])
    assert export_site(session.view, deck.root, target) == 2
    assert not (target / "data/topic-2.js").exists()
    (target / "mine.txt").write_text("mine")
    with pytest.raises(ToolError, match=r"mine\.txt"):
        export_site(session.view, deck.root, target)
    assert (target / "index.html").exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "index.html").write_text("mine")
    with pytest.raises(ToolError, match=r"index\.html"):
        export_site(session.view, deck.root, other)
    assert (other / "index.html").read_text() == "mine"
    assert [path.name for path in other.iterdir()] == ["index.html"]


def test_export__offers_no_package_of_other_cards(
    deck: Deck, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What can be downloaded is what is shown: only a package built of just these cards is linked."""
    target = tmp_path / "site"
    arguments = ["preview", "--export", str(target), "--deck", str(deck.root)]
    assert run(arguments) == 0
    assert "run `build` first" in capsys.readouterr().err
    deck.build()
    assert run(arguments) == 0
    assert "build" not in capsys.readouterr().err
    assert 'href="test-1.0.0-dev.apkg"' in (target / "index.html").read_text()
    deck.write("cards/b.md", "# Two\n\n## Other {#other}\n\nB\n")
    assert run(arguments) == 0
    assert "run `build` first" in capsys.readouterr().err
    assert not (target / "test-1.0.0-dev.apkg").exists()
    assert "apkg" not in (target / "index.html").read_text()


def test_export__of_a_faulty_deck_is_refused(make_deck: MakeDeck, tmp_path: Path) -> None:
    """Nobody should decide on a deck by cards that cannot be built."""
    deck = make_deck({"cards/a.md": "# T\n\n## Q {#q}\n"})
    assert run(["preview", "--export", str(tmp_path / "site"), "--deck", str(deck.root), "-q"]) == 2
    assert not (tmp_path / "site").exists()


def test_port_in_use__is_one_sentence(session: Session, deck: Deck) -> None:
    """No traceback when the port is taken."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ToolError, match=f"port {port}"):
            serve(session, port, lambda _: None)


def test_port__out_of_range_is_refused() -> None:
    """Bad usage, as click says it."""
    assert CliRunner().invoke(command, ["--port", "70000"]).exit_code == 2


def test_server__prints_its_address_and_ends_with_ctrl_c(deck: Deck) -> None:
    """`--port 0`: any free port, on the loopback interface only; Ctrl-C ends it with 0 and without a word."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "recto", "preview", "--port", "0"],
        cwd=deck.root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        address = process.stdout.readline().split()[0]
        assert address.startswith("http://127.0.0.1:")
        # A page that listens must not keep the server alive.
        with socket.create_connection(("127.0.0.1", int(address.rstrip("/").rpartition(":")[2])), timeout=10) as page:
            host = address.removeprefix("http://").rstrip("/")
            page.sendall(f"GET /events HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            received = b""
            while b"event: hello" not in received:
                received += page.recv(4096)
            deck.write("cards/b.md", "# Two\n\n## Other {#other}\n\nB\n")
            while b"event: change" not in received:
                received += page.recv(4096)
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0
        assert process.stderr.read() == ""


def test_without_the_extra__says_what_to_install(deck: Deck) -> None:
    """Building a deck needs no web server; only who wants the page installs one."""
    code = "import sys; sys.modules['watchfiles'] = None; from recto.cli import run; sys.exit(run(['preview']))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=deck.root, env=environment, capture_output=True, text=True
    )
    assert result.returncode == 2
    assert "recto[preview]" in result.stderr
    assert "Traceback" not in result.stderr


def test_without_aqt__formulas_stay_tex(
    session: Session, deck: Deck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is told that there is no MathJax, and does not ask for it."""
    monkeypatch.setattr("recto.preview.server.mathjax_folder", lambda: None)
    monkeypatch.setattr("recto.preview.export.mathjax_folder", lambda: None)
    client = Client(session)
    assert client.get("/data/index.json").json()["math"] is False
    assert client.get("/mathjax/tex-chtml-full.js").status_code == 404
    export_site(session.view, deck.root, tmp_path / "site")
    assert not (tmp_path / "site/mathjax").exists()
    assert '"math":false' in (tmp_path / "site/data/index.js").read_text()
