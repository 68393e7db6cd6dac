"""What only the whole deck can tell: order of study, deck names, media."""

from __future__ import annotations

import hashlib

from conftest import DECK_TOML, MakeDeck

PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02\x08\0\0\0\0\xb8\x1f9\xc6\0\0\0\x0bIDATx\x9cc`@\x05\0\0\x0e\0\x01"
    b"\xa9\x91s\xb1\0\0\0\0IEND\xaeB`\x82"
)


def card(name: str, order: int = 0) -> str:
    return f"---\norder: {order}\n---\n\n# {name}\n\n## Q {{#{name}}}\n\nA\n"


def test_order_of_study__areas_then_order_then_path(make_deck: MakeDeck) -> None:
    """deck.toml's areas come first, then other folders by name; `order:` sorts files, paths break ties."""
    deck = make_deck(
        {
            "deck.toml": DECK_TOML + '[areas]\nz = "First"\na = "Second"\n',
            "cards/a/one.md": card("a1", 2),
            "cards/a/two.md": card("a2", 1),
            "cards/z/b.md": card("z2"),
            "cards/z/a.md": card("z1"),
            "cards/m/x.md": card("m1"),
            "cards/top.md": card("top"),
        }
    )
    edition = deck.check().edition
    assert edition
    assert [n.note.id for n in edition.notes] == ["z1", "z2", "a2", "a1", "top", "m1"]
    assert [n.deck for n in edition.notes] == [
        "Test::First",
        "Test::First",
        "Test::Second",
        "Test::Second",
        "Test::top",
        "Test::m",
    ]


def tiered(name: str, *cards: tuple[str, str]) -> str:
    return f"# {name}\n" + "".join(f'\n## Q {ident} {{#{ident} tags="{tags}"}}\n\nA {ident}\n' for ident, tags in cards)


def test_order_of_study__tags_of_study_come_first_within_an_area(make_deck: MakeDeck) -> None:
    """The most needed cards of all files of an area come before its others; an area ends before the next begins."""
    deck = make_deck(
        {
            "deck.toml": 'study = ["tier::core", "tier::plus"]\n' + DECK_TOML + '[areas]\na = "First"\nb = "Second"\n',
            "cards/a/1.md": tiered("T1", ("a1-none", "x"), ("a1-plus", "tier::plus"), ("a1-core", "tier::core")),
            "cards/a/2.md": tiered("T2", ("a2-core", "tier::core"), ("a2-both", "tier::plus tier::core")),
            "cards/b/1.md": tiered("T3", ("b-core", "tier::core"), ("b-plus", "tier::plus")),
        }
    )
    edition = deck.check().edition
    assert edition
    expected = ["a1-core", "a2-core", "a2-both", "a1-plus", "a1-none", "b-core", "b-plus"]
    assert [n.note.id for n in edition.notes] == expected


def test_front_matter_deck__wins(make_deck: MakeDeck) -> None:
    """`deck:` names the subdeck, and may have parts."""
    deck = make_deck({"cards/a/x.md": "---\ndeck: 推理::显存\n---\n\n# T\n\n## Q {#q}\n\nA\n"})
    edition = deck.check().edition
    assert edition
    assert edition.notes[0].deck == "Test::推理::显存"


def test_media__are_named_by_content(make_deck: MakeDeck) -> None:
    """Two pictures of one name in two folders are two files; a changed one is another file; sizes are known."""
    text = "# T\n\n## Q {#%s}\n\n![一幅图](media/图 A.png)\n"
    files = {"cards/a/x.md": text.replace("图 A", "<图 A>") % "one", "cards/b/x.md": text % "two"}
    deck = make_deck(
        {path: content.replace("(media/图 A.png)", "(<media/图 A.png>)") for path, content in files.items()}
    )
    deck.write("cards/a/x.md", (text % "one").replace("(media/图 A.png)", "(<media/图 A.png>)"))
    deck.write("cards/a/media/图 A.png", PNG).write("cards/b/media/图 A.png", PNG + b"\0")
    checked = deck.check()
    assert checked.diagnostics == ()
    assert checked.edition
    names = [f"a-{hashlib.sha256(data).hexdigest()[:10]}.png" for data in (PNG, PNG + b"\0")]
    assert sorted(file.name for file in checked.edition.media) == sorted(names)
    html = checked.edition.notes[0].note.fields[1]
    assert html == f'<p><img class="figure bitmap" src="{names[0]}" width="3" height="2" alt="一幅图"></p>'


def test_sound__becomes_ankis_mark(make_deck: MakeDeck) -> None:
    """An image with an audio file is a sound."""
    deck = make_deck({"cards/x.md": "# T\n\n## Q {#q}\n\n![](a.mp3)\n", "cards/a.mp3": b"ID3"})
    edition = deck.check().edition
    assert edition
    digest = hashlib.sha256(b"ID3").hexdigest()[:10]
    assert edition.notes[0].note.fields[1] == f"<p>[sound:a-{digest}.mp3]</p>"


def test_svg__is_a_vector_figure_with_its_size(make_deck: MakeDeck) -> None:
    """SVG pictures carry the class that turns them at night, and the size of their viewBox."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 80"><path d="M0 0"/></svg>'
    deck = make_deck({"cards/x.md": "# T\n\n## Q {#q}\n\n![线](a.svg)\n", "cards/a.svg": svg})
    checked = deck.check()
    assert checked.diagnostics == ()
    assert checked.edition
    assert 'class="figure vector"' in checked.edition.notes[0].note.fields[1]
    assert 'width="120" height="80"' in checked.edition.notes[0].note.fields[1]
