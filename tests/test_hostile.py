"""Files that a deck meets in the wild, and files made to do harm: each ends as its author would wish."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from conftest import MakeDeck
from test_link import PNG

from recto.errors import ToolError

CARD = "# T\n\n## Q {#q}\n\n![一幅图](%s)\n"


@pytest.mark.parametrize(("on_disk", "written"), [("NFD", "NFC"), ("NFC", "NFD"), ("NFD", "NFD")])
def test_media__are_found_however_the_system_spells_their_accents(
    make_deck: MakeDeck, on_disk: str, written: str
) -> None:
    """A Mac may store é as e and an accent, editors write it as one character: one name, and one package."""
    folder, name = (unicodedata.normalize(on_disk, text) for text in ("Résumé", "é.png"))
    text = CARD % unicodedata.normalize(written, "é.png")
    deck = make_deck({f"cards/{folder}/a.md": text, f"cards/{folder}/{name}": PNG})
    edition = deck.check().edition
    assert edition
    assert [file.name for file in edition.media] == ["e-31b7c51d68.png"]
    assert edition.notes[0].deck == unicodedata.normalize("NFC", "Test::Résumé")
    deck.build()


def test_linked_folder__is_refused(make_deck: MakeDeck, tmp_path: Path) -> None:
    """Nothing outside of the deck is read, and nobody wonders where the cards behind the link are."""
    (tmp_path / "elsewhere").mkdir()
    deck = make_deck({"cards/a.md": CARD % "x.png"})
    (deck.root / "cards" / "shared").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ToolError, match=r"cards/shared is a link to a folder"):
        deck.check()


def text(body: str, heading: str = "## Q {#q}") -> str:
    return f"# T\n\n{heading}\n\n{body}\n"


BUILT: dict[str, str | bytes] = {
    "Jinja in text, code and a fence": text("`{{ x }}` {{ user.name }} {% if x %}\n\n```jinja\n{{ a|b }}\n```"),
    "Vue beside holes": text("==a== `{{ x }}` {{ y }}", "## Q {#q .cloze}"),
    "a hole's marks in code": text("`{{c1::x}}`"),
    "C++ names and closing braces in holes": text("==`std::vector`== and ==a }} b==", "## Q {#q .cloze}"),
    "money": text("It costs $5 or $10, and a 5$ note."),
    "headings inside a fence": text("```md\n# No topic\n## No card {#nope}\n```"),
    "a byte order mark": "\ufeff---\ntags: [x]\n---\n# T\n\n## Q {#q}\n\nA\n",
    "CRLF": text("A\n\n```python\nx = 1\n```").replace("\n", "\r\n"),
    "CR": text("A").replace("\n", "\r"),
    "accents in two spellings": text("é e\u0301"),
    "a line of a megabyte": text("字" * 350_000),
    "words of a megabyte": text("a b " * 260_000),
    "10,000 items": text("\n".join(f"- {n}" for n in range(10_000))),
    "200 quotations in each other": text(">" * 200 + " a"),
    "200 lists in each other": text("\n".join("  " * n + "- a" for n in range(200))),
    "5,000 brackets": text("[" * 5_000 + "1" + "]" * 5_000),
    "5,000 asterisks": text("*" * 5_000 + "a" + "*" * 5_000),
    "emphasis that never ends": text("**a *b " * 5_000),
    "backticks of all lengths": text(" ".join("`" * n for n in range(1, 400))),
    "links that never end": text("[a](<b" * 5_000),
    "a table of 20,000 cells": text("|" + "a|" * 100 + "\n|" + "-|" * 100 + "\n" + ("|" + "b|" * 100 + "\n") * 200),
    "2,000 braces in a formula": text("$$\n" + "{" * 2_000 + "a" + "}" * 2_000 + "\n$$"),
    "dollars without partners": text("$a " * 5_000),
    "500 holes": text(" ".join(f"=={n}==" for n in range(500)), "## Q {#q .cloze}"),
    "2,000 footnotes": text(
        " ".join(f"[^{n}]" for n in range(2_000)) + "\n\n" + "\n".join(f"[^{n}]: a" for n in range(2_000))
    ),
    "a question of 100,000 characters": text("A", "## " + "问" * 100_000 + " {#q}"),
    "entities of nothing": text("&#0; &#xD800; &#1114112; &nosuch; &lt;script&gt;"),
    "a deck's name with tags": '---\ndeck: "<script>"\n---\n' + text("A"),
    "decks 150 deep": f'---\ndeck: "{"::".join("x" * 150)}"\n---\n' + text("A"),
}

REFUSED: dict[str, tuple[str | bytes, set[str]]] = {
    "a hole on a card without": (text("{{c1::x}}"), {"hole-outside-cloze"}),
    "a script": (text("<script>alert(1)</script>"), {"unsafe-html"}),
    "a handler": (text("<b onclick='x()'>a</b>"), {"unsafe-html"}),
    "an image in HTML": (text("<img src=x onerror=alert(1)>"), {"unsafe-html"}),
    "a frame": (text("<iframe src='https://x'></iframe>"), {"unsafe-html"}),
    "a style": (text("<b style='background:url(https://x)'>a</b>"), {"unsafe-html"}),
    "CDATA, PHP, DOCTYPE": (text("A <![CDATA[ x ]]> <?php x ?> <!DOCTYPE html>"), {"unsafe-html"}),
    "a link that runs": (text("[x](JaVaScRiPt:alert(1)) [y](vbscript:x) [z](data:text/html,x)"), {"unsafe-link"}),
    "pictures from elsewhere": (
        text("![a](https://e.com/x.png) ![b](file:///etc/passwd) ![c](//e.com/x.png) ![d](data:image/png;base64,AA)"),
        {"unsafe-media"},
    ),
    "paths out of the deck": (
        text("![a](/etc/passwd) ![b](../../etc/passwd) ![c](%2e%2e/%2e%2e/x.png) ![d](C:/x.png) ![e](C:\\\\x.png)"),
        {"unsafe-media"},
    ),
    "NUL": (text("A\0B"), {"control-character"}),
    "escape sequences of a terminal": (text("A \x1b[31m"), {"control-character"}),
    "Latin-1": (text("café").encode("latin-1"), {"not-utf-8"}),
    "half of a surrogate pair": (text("A").encode() + b"\xed\xa0\x80", {"not-utf-8"}),
    "UTF-16": (text("A").encode("utf-16"), {"not-utf-8"}),
    "a key twice": ("---\ntags: [a]\ntags: [b]\n---\n" + text("A"), {"broken-front-matter"}),
    "wrong types": ("---\ntags: 3\norder: x\ndeck: [a]\n---\n" + text("A"), {"broken-front-matter"}),
    "a Python tag": ('---\ndeck: !!python/object/apply:os.system ["x"]\n---\n' + text("A"), {"broken-front-matter"}),
    "a list that holds itself": ("---\ntags: &a [*a]\n---\n" + text("A"), {"broken-front-matter"}),
    "an alias bomb": (
        "---\ntags: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"k{n}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(8))
        + "---\n"
        + text("A"),
        {"unknown-front-matter"},
    ),
    "3,000 lists in front matter": (
        f"---\ntags: {'[' * 3_000}{']' * 3_000}\n---\n" + text("A"),
        {"broken-front-matter"},
    ),
    "a number of 5,000 digits": (f"---\norder: {'9' * 5_000}\n---\n" + text("A"), {"broken-front-matter"}),
    "front matter without its end": ("---\ntags: [a]\n" + text("A"), {"broken-front-matter"}),
    "a fence without its end": (text("```python\nx = 1"), {"unclosed-fence"}),
    "a formula without its end": (text("$$\nx\n\n## Q2 {#q2}\n\nB"), {"unclosed-math"}),
    "a comment without its end": (text("A\n\n<!-- open\n\n## Q2 {#q2}\n\nB"), {"unsafe-html"}),
    "500 holes in each other": (
        text("{{c1::" * 500 + "a" + "}}" * 500, "## Q {#q .cloze}"),
        {"unclosed-hole", "nested-hole"},
    ),
    "an empty file": ("", {"missing-topic"}),
    "only front matter": ("---\n---\n", {"missing-topic"}),
    "cards without anything": ("# T\n\n## \n\n## {#q}\n", {"missing-answer", "missing-id", "missing-question"}),
}


@pytest.mark.parametrize("name", BUILT)
def test_built(make_deck: MakeDeck, name: str) -> None:
    """Odd, and right: a package, without a word."""
    deck = make_deck({"cards/a.md": BUILT[name]})
    assert deck.check().diagnostics == ()
    assert deck.build().stat().st_size > 1_000


@pytest.mark.parametrize("name", REFUSED)
def test_refused(make_deck: MakeDeck, name: str) -> None:
    """No package; each fault is in the file and says what to do."""
    content, expected = REFUSED[name]
    checked = make_deck({"cards/a.md": content}).check()
    assert not checked.ok
    found = {d.rule for d in checked.diagnostics}
    assert found & expected
    assert found <= expected | {"missing-answer", "missing-media", "missing-topic", "stray-text"}, found
    assert {d.span.path for d in checked.diagnostics} == {"cards/a.md"}


SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">%s</svg>'
MEDIA: dict[str, tuple[str, bytes | None, str]] = {
    "missing": ("x.png", None, "missing-media"),
    "empty": ("x.png", b"", "broken-media"),
    "no picture": ("x.png", b"hello", "broken-media"),
    "a picture of another type": ("x.jpg", PNG, "broken-media"),
    "a type that not every Anki shows": ("x.tiff", b"II*\0", "unsupported-media"),
    "a script in an SVG": ("x.svg", (SVG % "<script>1</script>").encode(), "unsafe-svg"),
    "a script in an SVG in UTF-16": (
        "x.svg",
        ('<?xml version="1.0" encoding="utf-16"?>' + SVG % "<script>1</script>").encode("utf-16"),
        "unsafe-svg",
    ),
    "a handler in an SVG": ("x.svg", (SVG % '<g onload="x()"/>').encode(), "unsafe-svg"),
    "an SVG that loads": ("x.svg", (SVG % '<image xlink:href="https://x/y.png"/>').encode(), "unsafe-svg"),
    "an SVG whose style loads": ("x.svg", (SVG % '<style>@import "https://x"</style>').encode(), "unsafe-svg"),
    "an SVG with entities": (
        "x.svg",
        b'<!DOCTYPE svg [<!ENTITY a "b">]>' + (SVG % "<text>&a;</text>").encode(),
        "unsafe-svg",
    ),
    "an SVG that reads files": (
        "x.svg",
        b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + (SVG % "<text>&a;</text>").encode(),
        "unsafe-svg",
    ),
    "an SVG that is cut short": ("x.svg", (SVG % "")[:-4].encode(), "broken-media"),
}


@pytest.mark.parametrize("name", MEDIA)
def test_media__refused(make_deck: MakeDeck, name: str) -> None:
    """Named with the card that shows it."""
    file, data, rule = MEDIA[name]
    deck = make_deck({"cards/a.md": CARD % file})
    if data is not None:
        deck.write(f"cards/{file}", data)
    checked = deck.check()
    assert [(d.rule, str(d.span)) for d in checked.diagnostics] == [(rule, "cards/a.md:5:1")]


@pytest.mark.parametrize("name", ["图😀.png", "a b.png", "%41.png", "CON.png", "x" * 200 + ".png", "x.PNG", "a'b.png"])
def test_media__with_odd_names(make_deck: MakeDeck, name: str) -> None:
    """Shipped under a name that every system can hold."""
    written = name.replace("%", "%25").replace(" ", "%20")
    deck = make_deck({"cards/a.md": CARD % written, f"cards/{name}": PNG})
    checked = deck.check()
    assert checked.diagnostics == ()
    assert checked.edition
    packed = checked.edition.media[0].name
    assert packed.isascii()
    assert len(packed) < 80
    deck.build()


def test_media__of_one_name_in_two_folders(make_deck: MakeDeck) -> None:
    """Two pictures, two names in the package."""
    deck = make_deck({"cards/a/a.md": CARD % "x.png", "cards/a/x.png": PNG})
    deck.write("cards/b/b.md", (CARD % "x.png").replace("#q", "#q2")).write("cards/b/x.png", PNG + b"\0")
    checked = deck.check()
    assert checked.ok
    assert checked.edition
    assert len({file.name for file in checked.edition.media}) == 2


def test_file_that_is_a_link__out_of_the_deck(make_deck: MakeDeck, tmp_path: Path) -> None:
    """Neither a topic nor a picture is read from elsewhere."""
    (tmp_path / "secret.md").write_text(text("A"))
    (tmp_path / "secret.png").write_bytes(PNG)
    deck = make_deck({"cards/a.md": CARD % "x.png"})
    (deck.root / "cards" / "x.png").symlink_to(tmp_path / "secret.png")
    assert [d.rule for d in deck.check().diagnostics] == ["unsafe-media"]
    (deck.root / "cards" / "b.md").symlink_to(tmp_path / "secret.md")
    with pytest.raises(ToolError, match=r"cards/b\.md is a link that leads out of cards/"):
        deck.check()
