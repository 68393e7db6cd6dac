"""What one writes in half an hour, after genanki's README: the cards of a corpus as a package, and nothing else.

    python bench/naive.py DECK PACKAGE

No positions, no checks, no ids of one's own, no cloze, no ledger; the yardstick of what bench/build.py prints.
"""

import re
import sys
from pathlib import Path

import genanki
from markdown_it import MarkdownIt
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name


def colour(code: str, language: str, _attributes: str) -> str:
    """Code as HTML."""
    return highlight(code, get_lexer_by_name(language or "text"), HtmlFormatter())


model = genanki.Model(
    1607392319,
    "Naive",
    fields=[{"name": "Question"}, {"name": "Answer"}],
    templates=[{"name": "Card 1", "qfmt": "{{Question}}", "afmt": "{{FrontSide}}<hr id=answer>{{Answer}}"}],
)
markdown = MarkdownIt("commonmark", {"highlight": colour}).enable("table")
deck_folder, target = Path(sys.argv[1]), sys.argv[2]
decks, media = [], []
for number, path in enumerate(sorted(deck_folder.glob("cards/**/*.md"))):
    title, *cards = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    deck = genanki.Deck(2059400110 + number, title.strip("# \n"))
    for card in cards:
        heading, _, body = card.partition("\n")
        question = re.sub(r"\s*\{#.*\}$", "", heading)
        fields = [markdown.renderInline(question), markdown.render(body).replace("media/", "")]
        deck.add_note(genanki.Note(model=model, fields=fields))
    decks.append(deck)
    media += [str(picture) for picture in sorted(path.parent.glob("media/*"))] if number % 10 == 0 else []
package = genanki.Package(decks)
package.media_files = media
package.write_to_file(target)
