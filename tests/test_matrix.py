"""What an upgrade does to a learner, in the newest Anki and in the oldest that installs: one scenario each.

Each scenario imports release 1 of a small deck, studies all its cards into every state there is, imports a later
release, and names everything that changed: Anki's log and the learner's notes, cards, decks, media and note types. What
is not named must be as before; that no card, review or note is lost, and that no full sync is asked for, is checked
after every import (`matrix.story`).
"""

from __future__ import annotations

import json
import re

import pytest
from conftest import DECK_TOML, MakeDeck
from matrix.story import (
    BASE,
    CLOZE,
    ONE,
    OTHER_PICTURE,
    PICTURE,
    QA,
    TWO,
    Anki,
    State,
    Story,
    Upgrade,
    halfway,
    newest_anki,
    oldest_anki,
)

from recto.identity import guid_of


@pytest.fixture(params=["oldest", "newest"])
def anki(request: pytest.FixtureRequest) -> Anki:
    return oldest_anki() if request.param == "oldest" else newest_anki()


@pytest.fixture
def story(make_deck: MakeDeck, anki: Anki) -> Story:
    """Release 1 of BASE is built; the test writes the next."""
    return Story(make_deck(BASE), anki)


@pytest.fixture
def author(make_deck: MakeDeck) -> Story:
    """The same, for what is refused before any Anki sees it."""
    return Story(make_deck(BASE), newest_anki())


NOTES = {"one", "code", "picture", "turn", "holes", "last"}
CARDS = {"one/0", "code/0", "picture/0", "turn/0", "turn/1", "holes/0", "holes/1", "last/0"}
NOTHING = Upgrade(duplicate=6)
"""Nothing has changed for the learner: Anki knows all six notes."""


def shown(state: State) -> str:
    """The file that the note with the picture shows."""
    found = re.search(r'src="([^"]+)"', state.field("picture", "Answer"))
    assert found
    return found[1]


# --- the author edits a card ---------------------------------------------------------------------------------


def test_question__edited(story: Story) -> None:
    """The text of a question is no identity: the note is updated, its card keeps its history."""
    story.edit(ONE, "Question one", "Question one, better put")
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"one": {"Question"}})


def test_answer__edited(story: Story) -> None:
    """One note is updated, and the log says one."""
    story.edit(ONE, "Answer one", "Answer one, corrected")
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"one": {"Answer"}})
    assert story.after.field("one", "Answer") == "<p>Answer one, corrected</p>"


def test_tags__edited(story: Story) -> None:
    """Tags are part of the note."""
    story.edit(ONE, 'tags="x"', 'tags="y z"')
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"one": {"tags"}})
    assert story.after.tags("one") == {"t::y", "t::z"}


def test_code__edited(story: Story) -> None:
    """Code is part of the answer."""
    story.edit(ONE, "x = 1", "x = 2")
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"code": {"Answer"}})


def test_section__added(story: Story) -> None:
    """A field that was empty is filled: no change of the note type."""
    story.edit(ONE, "Answer one\n", "Answer one\n\n### 易错\n\nA trap\n")
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"one": {"Pitfall"}})


def test_every_note__edited(story: Story) -> None:
    """All notes, whatever state their cards are in: a leech and a suspended card are updated like others.

    The tag `leech` goes: an update replaces all tags of a note (Anki; nothing in a package can prevent it).
    """
    for word in ("Question one", "Question code", "Question picture"):
        story.edit(ONE, word, f"{word}!")
    for word in ("Question turn", "Question holes", "Question last"):
        story.edit(TWO, word, f"{word}!")
    changed = {name: {"Question"} for name in ("one", "code", "picture", "turn", "holes")}
    assert story.upgrade() == Upgrade(updated=6, changed={**changed, "last": {"Question", "tags"}})


# --- media ---------------------------------------------------------------------------------------------------


def test_picture__other_bytes_under_the_same_name(story: Story) -> None:
    """Anki never replaces a file: so the package names the new one otherwise. It arrives, and the old one stays."""
    story.write({"cards/basics/line.svg": OTHER_PICTURE})
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"picture": {"Answer"}}, new_media=1)
    assert shown(story.after) in story.after.media
    assert shown(story.before) in story.after.media


def test_picture__other_description(story: Story) -> None:
    """The description is part of the note, the file is the same."""
    story.edit(ONE, "a line", "a falling line")
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"picture": {"Answer"}})


def test_picture__renamed(story: Story) -> None:
    """The packaged name begins with the file's: another file, the note is updated."""
    story.move("cards/basics/line.svg", "cards/basics/stroke.svg").edit(ONE, "line.svg", "stroke.svg")
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"picture": {"Answer"}}, new_media=1)
    assert shown(story.after) in story.after.media


def test_picture__moved_to_another_folder(story: Story) -> None:
    """The packaged name has no folder: nothing changes."""
    story.move("cards/basics/line.svg", "cards/media/line.svg").edit(ONE, "line.svg", "../media/line.svg")
    assert story.upgrade() == NOTHING


def test_picture__back_to_the_first(story: Story) -> None:
    """Bytes A, B, A again: the note shows the file that the learner still has."""
    story.write({"cards/basics/line.svg": OTHER_PICTURE}).release()
    story.write({"cards/basics/line.svg": PICTURE})
    back = story.upgrade()
    if story.anki.stamps_updates_with_now:  # see test_three_releases
        assert back == NOTHING
        return
    assert back == Upgrade(updated=1, duplicate=5, changed={"picture": {"Answer"}})
    assert story.after.field("picture", "Answer") == story.states[0].field("picture", "Answer")


# --- cards move, files and topics are renamed -----------------------------------------------------------------


def test_card__moved_to_another_file(story: Story) -> None:
    """The note is the same. It is updated because its topic, a field, is another; its card stays in its deck."""
    story.edit(ONE, "## Question code {#code}\n\n```python\nx = 1\n```\n\n", "")
    story.write({TWO: BASE[TWO] + "\n## Question code {#code}\n\n```python\nx = 1\n```\n"})
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"code": {"Topic"}})
    assert story.after.deck_of("code/0") == "Test::basics"


def test_card__moved_to_another_file_of_the_same_topic(story: Story) -> None:
    """Where a card is written is not stored in Anki: nothing changes."""
    story.edit(TWO, "\n## Question last {#last}\n\nAnswer last\n", "")
    story.write({"cards/more/three.md": "# Topic B\n\n## Question last {#last}\n\nAnswer last\n"})
    assert story.upgrade() == NOTHING


def test_file__renamed(story: Story) -> None:
    """A file's name is not stored in Anki: nothing changes."""
    assert story.move(ONE, "cards/basics/0-uno.md").upgrade() == NOTHING


def test_folder__renamed(story: Story) -> None:
    """A folder is a subdeck. Cards stay in the deck where the learner has them; Anki moves none.

    From 2.1.54 on Anki makes the decks of a package also when no new card needs them; 2.1.49 does not.
    """
    story.move(ONE, "cards/first/one.md").move("cards/basics/line.svg", "cards/first/line.svg")
    expected = set() if story.anki.is_legacy else {"Test::first"}
    assert story.upgrade() == Upgrade(duplicate=6, new_decks=expected)


def test_topic__renamed(story: Story) -> None:
    """The topic stands on every card of the file, so its notes are updated, and no other."""
    story.edit(ONE, "# Topic A\n", "# Topic A, part one\n")
    changed = {"one": {"Topic"}, "code": {"Topic"}, "picture": {"Topic"}}
    assert story.upgrade() == Upgrade(updated=3, duplicate=3, changed=changed)


def test_topic__renamed_of_a_file_that_is_its_own_subdeck(story: Story) -> None:
    """A file directly in cards/ gives its topic's name to the subdeck: as when a folder is renamed."""
    story.write({"cards/lone.md": "# Lone\n\n## Question lone {#lone}\n\nAnswer\n"}).release()
    story.edit("cards/lone.md", "# Lone\n", "# Alone\n")
    decks = set() if story.anki.is_legacy else {"Test::Alone"}
    assert story.upgrade() == Upgrade(updated=1, duplicate=6, changed={"lone": {"Topic"}}, new_decks=decks)
    assert story.after.deck_of("lone/0") == "Test::Lone"


def test_cards__reordered(story: Story) -> None:
    """The order is not stored in the notes; cards that the learner has keep their place (`due`)."""
    head, *cards = re.split(r"(?m)^(?=## )", str(BASE[TWO]))
    story.write({TWO: head + "\n".join(reversed(cards))})
    assert story.upgrade() == NOTHING


# --- cards come and go ----------------------------------------------------------------------------------------


def test_card__inserted_before_others(story: Story) -> None:
    """One new note; the others do not move. New cards come in the order of the deck: the first card has place 1."""
    story.edit(ONE, "# Topic A\n", "# Topic A\n\n## Question zero {#zero}\n\nAnswer zero\n")
    assert story.upgrade() == Upgrade(new=1, duplicate=6, new_notes={"zero"}, new_cards={"zero/0"})
    card = story.after.cards["zero/0"]
    assert (card["deck"], card["type"], card["queue"], card["due"]) == ("Test::basics", 0, 0, 1)
    assert story.after.cards["turn/1"]["due"] == 4, "a new card of release 1 keeps its place"


def test_cards__appended_in_order(story: Story) -> None:
    """Three new cards in two files: the learner meets them in the order of the files."""
    story.write({ONE: BASE[ONE] + "\n## A1 {#a1}\n\nA\n\n## A2 {#a2}\n\nA\n", TWO: BASE[TWO] + "\n## B1 {#b1}\n\nB\n"})
    notes = {"a1", "a2", "b1"}
    assert story.upgrade() == Upgrade(new=3, duplicate=6, new_notes=notes, new_cards={"a1/0", "a2/0", "b1/0"})
    assert sorted(notes, key=lambda name: story.after.cards[f"{name}/0"]["due"]) == ["a1", "a2", "b1"]


def test_first_card_of_a_kind__added(make_deck: MakeDeck, anki: Anki) -> None:
    """A note type that no card used before arrives with its first note, without a full sync."""
    story = Story(make_deck({**BASE, TWO: re.sub(r"(?s)## Question holes.*?(?=## )", "", str(BASE[TWO]))}), anki)
    story.write({TWO: BASE[TWO]})
    assert story.upgrade() == Upgrade(
        new=1, duplicate=5, new_notes={"holes"}, new_cards={"holes/0", "holes/1"}, new_notetypes={CLOZE}
    )


def test_card__deleted(story: Story) -> None:
    """No package can delete: the note stays with its history, and is not in the log."""
    story.edit(ONE, '## Question one {#one tags="x"}\n\nAnswer one\n\n', "")
    assert story.upgrade() == Upgrade(duplicate=5)
    assert "one" in story.after.notes


def test_card__deleted_and_reinstated(story: Story) -> None:
    """The same card again, unchanged: the learner's note was never away, and is left alone."""
    story.edit(ONE, '## Question one {#one tags="x"}\n\nAnswer one\n\n', "").release()
    story.write({ONE: BASE[ONE]})
    mine = {"do": "edit", "id": "one", "fields": {"Answer": "my words"}, "at": halfway(1)}
    assert story.upgrade(mine) == NOTHING
    assert story.after.field("one", "Answer") == "my words"


def test_card__deleted_reinstated_and_edited(story: Story) -> None:
    """Once reinstated, a card is edited like any other."""
    story.edit(ONE, '## Question one {#one tags="x"}\n\nAnswer one\n\n', "").release()
    story.write({ONE: BASE[ONE]}).release()
    story.edit(ONE, "Answer one", "Answer one, back again")
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"one": {"Answer"}})


def test_id_of_a_deleted_card__given_to_another(author: Story) -> None:
    """An id is not used again: the learner's history of the old card would pass to the new one."""
    author.edit(ONE, '## Question one {#one tags="x"}\n\nAnswer one\n\n', "").release()
    author.write({ONE: BASE[ONE] + "\n## Something else {#one}\n\nAltogether\n"})
    assert "reused-id" in author.faults()


def test_card__retired(story: Story) -> None:
    """A withdrawn card keeps its history; the note gets the banner's text and the tag to find it by."""
    story.edit(ONE, '{#one tags="x"}', '{#one tags="x" retired="out of date"}')
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"one": {"Retired", "tags"}})
    assert story.after.tags("one") == {"t::x", "t::retired"}


def test_card__split_in_two(story: Story) -> None:
    """The half that keeps the id keeps the history, the other is new."""
    story.edit(ONE, "Answer one\n", "Half an answer\n\n## Question one b {#one-b}\n\nThe other half\n")
    assert story.upgrade() == Upgrade(
        new=1,
        updated=1,
        duplicate=5,
        changed={"one": {"Answer"}},
        new_notes={"one-b"},
        new_cards={"one-b/0"},
    )


def test_id__changed(story: Story) -> None:
    """Another id is another card: the old note stays, the new one begins without history."""
    story.edit(ONE, "{#one ", "{#uno ")
    assert story.upgrade() == Upgrade(new=1, duplicate=5, new_notes={"uno"}, new_cards={"uno/0"})


def test_id__changed_with_alias(story: Story) -> None:
    """With its former id as alias a card stays the same note; only its field Id changes."""
    story.edit(ONE, "{#one ", "{#uno alias=one ")
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"uno": {"Id"}})


def test_id__changed_twice(story: Story) -> None:
    """The first id stays the alias, also when the id changes again."""
    story.edit(ONE, "{#one ", "{#uno alias=one ").release()
    story.edit(ONE, "{#uno ", "{#due ").edit(ONE, "Answer one", "Answer due")
    if story.anki.stamps_updates_with_now:  # see test_three_releases
        assert story.upgrade() == NOTHING
        return
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"due": {"Id", "Answer"}})


@pytest.mark.parametrize("heading", ["{#uno ", "{#due alias=uno "], ids=["forgotten", "another"])
def test_alias__changed(author: Story, heading: str) -> None:
    """An alias is the card's identity from then on: without it learners would get the card a second time."""
    author.edit(ONE, "{#one ", "{#uno alias=one ").release()
    author.edit(ONE, "{#uno alias=one ", heading)
    assert "changed-identity" in author.faults()


def test_alias__with_the_guid_of_a_card_that_is_there(author: Story) -> None:
    """One identity twice in a package, however it is written: Anki would make two notes of it."""
    guid = guid_of("test", "code")
    author.edit(ONE, "Answer one\n", f"Answer one\n\n## Question more {{#more alias=guid:{guid}}}\n\nAnswer\n")
    assert "duplicate-id" in author.faults()


def test_alias_of_a_deleted_card__given_to_another(author: Story) -> None:
    """The former id of a deleted card is as taken as its last one: both are one identity to learners."""
    author.edit(ONE, "{#one ", "{#uno alias=one ").release()
    author.edit(ONE, '## Question one {#uno alias=one tags="x"}\n\nAnswer one\n\n', "").release()
    author.write({ONE: str(BASE[ONE]) + "\n"}).edit(ONE, "Answer one", "Altogether another")
    assert "reused-id" in author.faults()


# --- kinds, holes, the second direction -----------------------------------------------------------------------


def test_kind__changed(author: Story) -> None:
    """Anki cannot turn a note into another note type: the build refuses."""
    author.edit(ONE, '{#one tags="x"}\n\nAnswer one', '{#one .cloze tags="x"}\n\nAnswer ==one==')
    assert "kind-changed" in author.faults()


def test_kind__changed_behind_an_alias(author: Story) -> None:
    """Another id does not make it another card while an alias gives it the identity of the old one."""
    author.edit(ONE, "{#one ", "{#uno alias=one ").release()
    author.edit(ONE, '{#uno alias=one tags="x"}\n\nAnswer one', "{#due .cloze alias=one}\n\nAnswer ==one==")
    assert "kind-changed" in author.faults()


def test_hole__added_behind(story: Story) -> None:
    """A new hole at the end is one new card; the others keep their history."""
    story.edit(TWO, "==second== hole.", "==second== and the ==third== hole.")
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"holes": {"Text"}}, new_cards={"holes/2"})
    assert story.after.cards["holes/2"]["type"] == 0


def test_hole__added_in_front_with_numbers(story: Story) -> None:
    """With explicit numbers a hole can stand anywhere: the cards follow the numbers."""
    story.edit(
        TWO, "The ==first== and the ==second== hole.", "{{c3::No}}, the {{c1::first}} and the {{c2::second}} hole."
    )
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"holes": {"Text"}}, new_cards={"holes/2"})


def test_hole__edited(story: Story) -> None:
    """Another wording inside a hole is an edit like any other."""
    story.edit(TWO, "==first==", "==very first==")
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"holes": {"Text"}})


def test_holes__explicit_numbers_as_before(story: Story) -> None:
    """To write down the numbers that the holes have anyway changes nothing."""
    story.edit(TWO, "==first== and the ==second==", "{{c1::first}} and the {{c2::second}}")
    assert story.upgrade() == NOTHING


def test_last_hole__removed(story: Story) -> None:
    """Its card stays with its history and is empty: Anki's "Empty Cards" offers it."""
    story.edit(TWO, "==second==", "second")
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"holes": {"Text"}})
    assert story.after.empty_cards == {"holes/1"}


def test_first_hole__removed_with_numbers(story: Story) -> None:
    """With an explicit number the other hole keeps its card."""
    story.edit(TWO, "==first== and the ==second==", "first and the {{c2::second}}")
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"holes": {"Text"}})
    assert story.after.empty_cards == {"holes/0"}


@pytest.mark.parametrize(
    "text",
    [
        "first and the ==second==",
        "==zeroth== and ==first== and the ==second==",
        "==second== and the ==first==",
        "{{c2::first}} and the {{c1::second}}",
        "{{c1::first}} and the {{c3::second}}",
    ],
    ids=["removed", "inserted", "swapped", "swapped by number", "other number"],
)
def test_holes__renumbered(author: Story, text: str) -> None:
    """History follows the number of a hole, not its text: the build refuses what would give it to another hole."""
    author.edit(TWO, "==first== and the ==second==", text)
    assert "renumbered-hole" in author.faults()


def test_holes__renumbered_with_twins(author: Story) -> None:
    """Two holes with one text do not hide that the third has got another number."""
    author.edit(TWO, "==second== hole", "==second== and again the ==first== hole").release()
    author.edit(TWO, "The ==first==", "The first")
    assert "renumbered-hole" in author.faults()


def test_number_of_a_removed_hole__given_to_another(author: Story) -> None:
    """A learner still has the card of the removed hole: its history would pass to the new one."""
    author.edit(TWO, "==second==", "second").release()
    author.edit(TWO, "second hole", "second ==and last== hole")
    assert "renumbered-hole" in author.faults()


def test_reverse__switched_on(story: Story) -> None:
    """The second direction is a new card of the same note."""
    story.edit(ONE, '{#one tags="x"}\n\nAnswer one\n', '{#one .reverse tags="x"}\n\nAnswer one\n\n### 反问\n\nBack\n')
    assert story.upgrade() == Upgrade(
        updated=1, duplicate=5, changed={"one": {"Reverse", "ReverseQuestion"}}, new_cards={"one/1"}
    )
    assert story.after.cards["one/1"]["type"] == 0


def test_reverse__switched_off(story: Story) -> None:
    """Its card stays with its history and is empty."""
    story.edit(TWO, " .reverse}", "}").edit(TWO, "### 反问\n\nQuestion back\n\n", "")
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"turn": {"Reverse", "ReverseQuestion"}})
    assert story.after.empty_cards == {"turn/1"}


def test_reverse__switched_off_and_on(story: Story) -> None:
    """The same card comes back to life."""
    story.edit(TWO, " .reverse}", "}").edit(TWO, "### 反问\n\nQuestion back\n\n", "").release()
    story.write({TWO: BASE[TWO]})
    if story.anki.stamps_updates_with_now:  # see test_three_releases
        assert story.upgrade() == NOTHING
        return
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"turn": {"Reverse", "ReverseQuestion"}})
    assert story.before.empty_cards == {"turn/1"}
    assert story.after.empty_cards == set()


# --- the look --------------------------------------------------------------------------------------------------


def test_css__changed(story: Story) -> None:
    """A new style sheet reaches everyone and updates no note."""
    story.write({"templates/style/90-mine.css": ".x{outline:1px solid}"})
    assert story.upgrade() == Upgrade(duplicate=6, restyled={QA, CLOZE})
    assert ".x{outline:1px solid}" in story.after.notetypes[QA]["look"][0]


def test_template__changed(story: Story) -> None:
    """A changed template restyles its own note type and updates no note."""
    story.write({"templates/basic/back.html": story.deck.read("templates/basic/back.html") + "<hr>\n"})
    assert story.upgrade() == Upgrade(duplicate=6, restyled={QA})


def test_css__changed_twice(story: Story) -> None:
    """The second change arrives as well."""
    story.write({"templates/style/90-mine.css": ".x{color:red}"}).release()
    story.write({"templates/style/90-mine.css": ".x{color:blue}"})
    assert story.upgrade() == Upgrade(duplicate=6, restyled={QA, CLOZE})


def test_template_and_answer__changed(story: Story) -> None:
    """Both arrive with one import."""
    story.write({"templates/basic/front.html": story.deck.read("templates/basic/front.html") + "<hr>\n"})
    story.edit(ONE, "Answer one", "Answer uno")
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"one": {"Answer"}}, restyled={QA})


# --- decks -------------------------------------------------------------------------------------------------------


def test_deck__renamed_by_the_author(story: Story) -> None:
    """Anki finds decks by name: cards stay where they are, new ones come to the new deck.

    From 2.1.54 on Anki makes all decks of the package, 2.1.49 those of new cards.
    """
    story.edit("deck.toml", 'name = "Test"', 'name = "New"')
    story.edit(ONE, "Answer one\n", "Answer one\n\n## Question more {#more}\n\nAnswer\n")
    decks = {"New", "New::basics"} | (set() if story.anki.is_legacy else {"New::more"})
    assert story.upgrade() == Upgrade(new=1, duplicate=6, new_notes={"more"}, new_cards={"more/0"}, new_decks=decks)
    assert story.after.deck_of("one/0") == "Test::basics"
    assert story.after.deck_of("more/0") == "New::basics"


def test_subdeck__changed(story: Story) -> None:
    """`deck:` in the front matter is for new cards; those that the learner has stay in their deck."""
    story.write({ONE: "---\ndeck: Elsewhere\n---\n\n" + str(BASE[ONE])})
    decks = set() if story.anki.is_legacy else {"Test::Elsewhere"}
    assert story.upgrade() == Upgrade(duplicate=6, new_decks=decks)


def test_deck__renamed_by_the_learner(story: Story) -> None:
    """Updates arrive in the renamed deck; new cards bring the old name back, and from 2.1.54 on updates do too."""
    story.edit(ONE, "Answer one", "Answer uno")
    decks = set() if story.anki.is_legacy else {"Test", "Test::basics", "Test::more"}
    assert story.upgrade({"do": "rename", "deck": "Test", "name": "Mine"}) == Upgrade(
        updated=1, duplicate=5, changed={"one": {"Answer"}}, new_decks=decks
    )
    assert story.after.deck_of("one/0") == "Mine::basics"


def test_card__moved_by_the_learner(story: Story) -> None:
    """The card stays where the learner put it, and is updated there."""
    story.edit(ONE, "Answer one", "Answer uno")
    upgrade = story.upgrade({"do": "move", "id": "one", "deck": "Mine"})
    assert upgrade == Upgrade(updated=1, duplicate=5, changed={"one": {"Answer"}})
    assert story.after.deck_of("one/0") == "Mine"


# --- the learner's own changes -----------------------------------------------------------------------------------


def test_learners_edit__kept_where_the_author_changed_nothing(story: Story) -> None:
    """A note that the author left alone keeps the learner's words and tags, and a leech its tag."""
    story.edit(ONE, "x = 1", "x = 2")
    mine = {"do": "edit", "id": "one", "fields": {"Answer": "my words"}, "tags": ["mine"], "at": halfway(1)}
    assert story.upgrade(mine) == Upgrade(updated=1, duplicate=5, changed={"code": {"Answer"}})
    assert story.after.field("one", "Answer") == "my words"
    assert story.after.tags("one") == {"t::x", "mine"}
    assert story.after.tags("last") == {"leech"}


def test_learners_edit__lost_where_the_author_changed_the_note_later(story: Story) -> None:
    """An update takes the whole note, all fields and tags (Anki; nothing in a package can prevent it)."""
    story.edit(ONE, "Question one", "Question uno")
    mine = {"do": "edit", "id": "one", "fields": {"Hint": "my hint"}, "tags": ["mine"], "at": halfway(1)}
    changed = {"one": {"Question", "Hint", "tags"}}
    assert story.upgrade(mine) == Upgrade(updated=1, duplicate=5, changed=changed)


def test_learners_edit__kept_when_it_is_later_than_the_release(story: Story) -> None:
    """A note edited after the release was built is newer than the package: the update is dropped."""
    story.edit(ONE, "Question one", "Question uno")
    mine = {"do": "edit", "id": "one", "fields": {"Answer": "my words"}, "at": halfway(2)}
    assert story.upgrade(mine) == NOTHING
    assert story.after.field("one", "Answer") == "my words"


def test_learners_edit__gives_way_to_the_next_release(story: Story) -> None:
    """What was dropped because of the learner's edit is not lost: the next change of the note brings it along."""
    story.edit(ONE, "Question one", "Question uno").release()
    story.edit(ONE, "Answer one", "Answer uno")
    mine = {"do": "edit", "id": "one", "fields": {"Answer": "my words"}, "at": halfway(2)}
    assert story.upgrade(mine) == Upgrade(updated=1, duplicate=5, changed={"one": {"Question", "Answer"}})


def test_learners_suspension__kept(story: Story) -> None:
    """Suspending is a matter of the card: the note is updated, the card stays suspended."""
    story.edit(ONE, "Answer one", "Answer uno")
    upgrade = story.upgrade({"do": "set", "id": "one", "columns": {"queue": -1, "flags": 4}})
    assert upgrade == Upgrade(updated=1, duplicate=5, changed={"one": {"Answer"}})
    assert story.after.cards["one/0"]["queue"] == -1


def test_note__deleted_by_the_learner(story: Story) -> None:
    """It comes back as a new card: a package cannot know (Anki)."""
    story.edit(TWO, "Answer last", "Answer in the end")
    assert story.upgrade({"do": "delete", "id": "one"}) == Upgrade(
        new=1, updated=1, duplicate=4, changed={"last": {"Answer", "tags"}}, new_notes={"one"}, new_cards={"one/0"}
    )


def test_learners_own_note__with_the_same_text(make_deck: MakeDeck, anki: Anki) -> None:
    """Text is no identity: a note with the question and answer of ours is left alone, ours is new."""
    story = Story(make_deck(BASE), anki)
    own = {"do": "write", "fields": ["Question one", "<p>Answer one</p>"], "deck": "Mine"}
    assert story.play([own, story.import_step(1)]) == Upgrade(
        new=6,
        new_notes=NOTES,
        new_cards=CARDS,
        new_decks={"Test", "Test::basics", "Test::more"},
        new_media=1,
        new_notetypes={QA, CLOZE},
    )


# --- which releases, in which order -------------------------------------------------------------------------------


def test_same_release__twice(story: Story) -> None:
    """Nothing happens."""
    assert story.upgrade(order=(1, 1)) == NOTHING


def test_three_releases(story: Story) -> None:
    """Each brings what it has, also when all were built before the learner imported the first.

    From 2.1.54 to 24.11 Anki gives an updated note the time of the import: a release built before is dropped.
    """
    story.edit(ONE, "Answer one", "Answer uno").release()
    story.edit(ONE, "Answer uno", "Answer due").edit(TWO, "Answer last", "Answer in the end")
    changed = {"one": {"Answer"}, "last": {"Answer", "tags"}}
    if story.anki.stamps_updates_with_now:
        assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"last": changed["last"]})
    else:
        assert story.upgrade() == Upgrade(updated=2, duplicate=4, changed=changed)


def test_release__skipped(story: Story) -> None:
    """From 1 to 3: the changes of both arrive at once, new cards too."""
    story.edit(ONE, "Answer one", "Answer uno").edit(TWO, "Question last", "Question in the end")
    story.write({"cards/more/new.md": "# New\n\n## Question new {#new}\n\nAnswer\n"}).release()
    story.edit(ONE, "x = 1", "x = 2").edit("cards/more/new.md", "Answer", "Better").release()
    assert story.upgrade(order=(1, 3)) == Upgrade(
        new=1,
        updated=3,
        duplicate=3,
        changed={"one": {"Answer"}, "code": {"Answer"}, "last": {"Question", "tags"}},
        new_notes={"new"},
        new_cards={"new/0"},
    )


def test_version__on_what_changed_only(story: Story) -> None:
    """A note says in which version it last changed; that version touches no other note and no note type."""
    story.write({"deck.toml": DECK_TOML.replace("1.0.0", "1.0.1")}).edit(ONE, "Answer one", "Answer uno")
    assert story.upgrade() == Upgrade(updated=1, duplicate=5, changed={"one": {"Answer", "Spare1"}})
    found = {name: story.after.field(name, "Spare1") for name in NOTES}
    assert found == {**dict.fromkeys(NOTES, "1.0.0"), "one": "1.0.1"}


def test_release__older_after_newer(story: Story) -> None:
    """An older package takes nothing back, neither text nor look."""
    story.edit(ONE, "Answer one", "Answer uno").edit(TWO, "==second==", "==second== and ==third==")
    story.write({"templates/style/90-mine.css": ".x{color:red}"}).release()
    assert story.upgrade(order=(2, 1)) == NOTHING


def test_release__without_a_change(story: Story) -> None:
    """A release in which nothing changed changes nothing."""
    assert story.upgrade() == NOTHING


def test_draft__between_releases(story: Story) -> None:
    """Who imports a build between releases, as the author does, gets the next release all the same."""
    story.edit(ONE, "Answer one", "Answer of a draft").edit(ONE, "x = 1", "x = 2")
    draft = story.draft()
    story.edit(ONE, "Answer of a draft", "Answer uno")
    if story.anki.stamps_updates_with_now:  # see test_three_releases
        assert story.upgrade(draft) == NOTHING
        return
    # The code is as in the draft; the release cannot know who has it, so the log counts it too.
    changed = {"one": {"Answer", "Spare1"}, "code": {"Spare1"}}
    assert story.upgrade(draft) == Upgrade(updated=2, duplicate=4, changed=changed)
    assert (story.before.field("one", "Spare1"), story.after.field("one", "Spare1")) == ("1.0.0-dev", "1.0.0")
    assert story.before.field("one", "Answer") == "<p>Answer of a draft</p>"


# --- two decks in one collection ------------------------------------------------------------------------------------


OTHER_NOTES = {f"other:{name}" for name in NOTES}
OTHER_CARDS = {f"other:{name}" for name in CARDS}
OTHER_DECKS = {"Other", "Other::basics", "Other::more"}
OTHER_TYPES = {"Other · 问答", "Other · 填空"}


def other_deck(
    make_deck: MakeDeck, story: Story, *, keep: tuple[str, ...] = (), type_ids: bool = True, type_names: bool = True
) -> Story:
    """A deck of somebody else with the same card ids, released a little later and imported into the same Anki.

    It differs from the first in all that must differ, but for the values of deck.toml in `keep`, the ids of note types,
    fields and templates, and the names of note types.
    """
    settings = DECK_TOML
    for old, new in (('name = "Test"', "Other"), ('namespace = "test"', "other"), ("deck-id = 1763780400009", "17")):
        key, value = old.split(" = ")
        if key not in keep:
            settings = settings.replace(old, f"{key} = {new if value.isdigit() else json.dumps(new)}")
    types = story.deck.read("templates/notetypes.toml")
    if type_ids:
        types = re.sub(r"(?<=\bid = )\d+", lambda number: str(int(number[0]) + 1000), types)
    if type_names:
        types = types.replace("LLM 面试", "Other")
    files = {path: text.replace("Answer", "Reply") for path, text in BASE.items()}
    files |= {"templates/style/90-mine.css": ".x{color:red}", "templates/notetypes.toml": types, "deck.toml": settings}
    return Story(make_deck(files), story.anki, start=halfway(1) + 100, names=story.names, prefix="other:")


def meet(story: Story, other: Story) -> Upgrade:
    """What the import of the other deck changes for a learner of the first."""
    return story.play([story.import_step(1), story.study_step(), other.import_step(1)])


def test_two_decks__different_in_all_that_must_differ(make_deck: MakeDeck, story: Story) -> None:
    """Namespace, deck name, ids and names of note types differ: the decks do not know of each other.

    Both bring the same card ids, and both are updated later.
    """
    other = other_deck(make_deck, story)
    arrival = Upgrade(
        new=6, new_notes=OTHER_NOTES, new_cards=OTHER_CARDS, new_decks=OTHER_DECKS, new_notetypes=OTHER_TYPES
    )
    assert meet(story, other) == arrival
    story.edit(ONE, "Answer one", "Answer uno").release()
    other.edit(ONE, "Reply one", "Reply uno").release()
    script = [story.import_step(1), other.import_step(1), story.study_step()]
    assert story.play([*script, story.import_step(2)]) == Upgrade(updated=1, duplicate=5, changed={"one": {"Answer"}})
    upgrade = story.play([*script, story.import_step(2), other.import_step(2)])
    assert upgrade == Upgrade(updated=1, duplicate=5, changed={"other:one": {"Answer"}})


def test_two_decks__with_one_deck_id(make_deck: MakeDeck, story: Story) -> None:
    """Nobody needs `deck-id` to differ: Anki finds decks by name."""
    assert meet(story, other_deck(make_deck, story, keep=("deck-id",))) == Upgrade(
        new=6, new_notes=OTHER_NOTES, new_cards=OTHER_CARDS, new_decks=OTHER_DECKS, new_notetypes=OTHER_TYPES
    )


def test_two_decks__with_one_name(make_deck: MakeDeck, story: Story) -> None:
    """The cards of both are in one deck; nothing else happens."""
    assert meet(story, other_deck(make_deck, story, keep=("name",))) == Upgrade(
        new=6, new_notes=OTHER_NOTES, new_cards=OTHER_CARDS, new_notetypes=OTHER_TYPES
    )
    assert story.after.deck_of("other:one/0") == story.after.deck_of("one/0")


def test_two_decks__with_one_namespace(make_deck: MakeDeck, story: Story) -> None:
    """Why the namespace must differ: cards with one id have one identity, and those of the second deck never arrive."""
    upgrade = meet(story, other_deck(make_deck, story, keep=("namespace",)))
    decks = set() if story.anki.is_legacy else OTHER_DECKS
    assert upgrade == Upgrade(conflicting=6, new_decks=decks, new_notetypes=OTHER_TYPES)


def test_two_decks__with_one_namespace_and_the_same_note_types(make_deck: MakeDeck, story: Story) -> None:
    """Why a deck begun as a copy of ours needs another namespace: its cards overwrite ours."""
    other = other_deck(make_deck, story, keep=("namespace",), type_ids=False, type_names=False)
    upgrade = meet(story, other)
    assert (upgrade.new, upgrade.updated, upgrade.restyled) == (0, 6, {QA, CLOZE})
    assert story.after.field("one", "Answer") == "<p>Reply one</p>"


def test_two_decks__with_the_same_note_types(make_deck: MakeDeck, story: Story) -> None:
    """Why the ids of note types must differ: the look of the later one is that of both."""
    upgrade = meet(story, other_deck(make_deck, story, type_ids=False, type_names=False))
    assert upgrade == Upgrade(
        new=6, new_notes=OTHER_NOTES, new_cards=OTHER_CARDS, new_decks=OTHER_DECKS, restyled={QA, CLOZE}
    )


def test_two_decks__with_note_types_of_one_name(make_deck: MakeDeck, story: Story) -> None:
    """Why the names of note types should differ: Anki renames the second ones, to "…+", in 2.1.49 "…-4f98e"."""
    upgrade = meet(story, other_deck(make_deck, story, type_names=False))
    names, upgrade.new_notetypes = sorted(upgrade.new_notetypes), set()
    assert upgrade == Upgrade(new=6, new_notes=OTHER_NOTES, new_cards=OTHER_CARDS, new_decks=OTHER_DECKS)
    assert [re.sub(r"\+$|-[0-9a-f]{5}$", "", name) for name in names] == sorted([QA, CLOZE])
