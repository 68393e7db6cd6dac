"""The preview in a real Chromium: found, flipped and followed by keyboard, on a phone, and without a server."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import ARGUMENTS, find_chromium
from conftest import DECK_TOML, ROOT, Deck
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from recto.cli import run

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><title>dot</title><circle cx="4" cy="4" r="4"/></svg>'
LONG = "\n\n".join(f"Line {n}." for n in range(80))
ONE = (
    "# One\n\n## First question {#one}\n\nAnswer $x^2+\\frac{1}{2}$\n\n![a dot](dot.svg)\n\n"
    f"## Second question {{#two}}\n\n{LONG}\n"
)
TWO = "# Two\n\n## Holes {#holes .cloze}\n\n==alpha== and ==beta==\n\n## Unusual words {#rare}\n\nzebra\n"
# How many glyphs of a formula have no picture; null while nothing is typeset.
BARE = """(inside => { const glyphs = [...inside.querySelectorAll('mjx-c')];
  const bare = glyphs.filter(c => inside.defaultView.getComputedStyle(c, '::before').content === 'none');
  return glyphs.length ? bare.length : null; })"""
SHOWN = "html[data-shown^='{} ']"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def deck(tmp_path: Path) -> Deck:
    deck = Deck(tmp_path / "deck")
    shutil.copytree(ROOT / "templates", deck.root / "templates")
    deck.write("deck.toml", DECK_TOML).write("cards/one.md", ONE).write("cards/dot.svg", SVG)
    return deck.write("cards/two.md", TWO)


@pytest.fixture
def address(deck: Deck, tmp_path: Path) -> Iterator[str]:
    """The running preview of the deck; its editor writes its arguments into a file."""
    editor = tmp_path / "editor"
    editor.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/opened.part\nmv {tmp_path}/opened.part {tmp_path}/opened\n'
    )
    editor.chmod(0o755)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "EDITOR": str(editor)}
    environment.pop("VISUAL", None)
    arguments = [sys.executable, "-u", "-m", "recto", "preview", "--port", "0"]
    with subprocess.Popen(arguments, cwd=deck.root, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().split()[0]
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


def open_page(browser: Browser, address: str, *, width: int = 1600, height: int = 1000) -> tuple[Page, list[str]]:
    """The page with a card shown, and what it complains about or asks of others."""
    page = browser.new_page(viewport={"width": width, "height": height})
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    own = (address.partition("#")[0].rpartition("/")[0], "data:", "about:")
    page.on("request", lambda r: complaints.append(f"asks for {r.url}") if not r.url.startswith(own) else None)
    page.goto(address)
    page.wait_for_selector("html[data-shown]")
    return page, complaints


def card_text(page: Page, frame: str = "phone, day") -> str:
    return page.frame_locator(f"iframe[title='The card on {frame}']").locator("#qa").inner_text()


def test_card__is_typeset_side_by_side(browser: Browser, address: str) -> None:
    """Phone and desktop, day and night: formula typeset, picture loaded, the clients' classes, nothing else fetched."""
    page, complaints = open_page(browser, f"{address}#one-1")
    assert card_text(page).startswith("One")
    page.keyboard.press("Space")
    page.wait_for_selector(SHOWN.format("one-1 answer"))
    frames = page.evaluate(
        """async () => Promise.all([...document.querySelectorAll('iframe')].map(async frame => {
          const inside = frame.contentDocument, image = inside.images[0];
          await image.decode();
          await inside.fonts.ready;
          return [inside.documentElement.className, inside.body.className,
            inside.querySelector('mjx-mfrac') && BARE(inside),
            image.naturalWidth > 0, [...inside.fonts].some(font => font.status === 'loaded')]; }))""".replace(
            "BARE", BARE
        )
    )
    night = "nightMode night_mode"
    assert frames == [
        ["android mobile chrome", "card card1 mathjax-rendered", 0, True, True],
        ["android mobile chrome night-mode", f"card card1 mathjax-rendered {night}", 0, True, True],
        ["linux chrome", "card card1 isLin", 0, True, True],
        ["linux chrome night-mode", f"card card1 isLin {night}", 0, True, True],
    ]
    expect(page.locator("main")).to_have_js_property("scrollTop", 0)
    assert complaints == []


def test_keyboard__moves_flips_searches_and_explains(browser: Browser, address: str) -> None:
    """Everything without a mouse."""
    page, complaints = open_page(browser, address)
    current = page.locator("#areas a[aria-current]")
    expect(current).to_contain_text("First question")
    for key, label in (
        ("j", "Second"),
        ("ArrowRight", "Holes"),
        ("k", "Second"),
        ("ArrowLeft", "First"),
        ("k", "First"),
    ):
        page.keyboard.press(key)
        expect(current).to_contain_text(label)
    page.keyboard.press(" ")
    expect(page.locator("#flip")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("n")
    expect(page.locator("figure.night").first).to_be_hidden()
    expect(page.locator("figure.day").first).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator("figure.night").first).to_be_visible()
    expect(page.locator("figure.day").first).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("ZEBRA")  # stands in an answer
    expect(page.locator("#found")).to_have_text("1 of 5 cards")
    page.keyboard.press("Enter")
    expect(current).to_contain_text("Unusual")
    expect(page).to_have_url(f"{address}#rare-1")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    # Also from within a card, where the focus is after a click.
    page.frame_locator("iframe[title='The card on phone, night']").locator("#qa").click()
    page.keyboard.press(" ")
    page.wait_for_selector(SHOWN.format("rare-1 answer"))
    assert complaints == []


def test_tab__reaches_everything_and_shows_where_it_is(browser: Browser, address: str) -> None:
    """The first stops of the Tab key have an outline, and every control has a name."""
    page, _ = open_page(browser, address)
    stops = []
    for _step in range(6):
        page.keyboard.press("Tab")
        stops.append(
            page.evaluate(
                "[document.activeElement.id, parseFloat(getComputedStyle(document.activeElement).outlineWidth)]"
            )
        )
    assert [name for name, _ in stops[1:3]] == ["help-button", "search"]
    assert all(width >= 3 for _, width in stops)
    nameless = page.evaluate(
        """[...document.querySelectorAll('button, input, a, iframe')].filter(e => !(e.ariaLabel || e.textContent.trim()
        || e.title || document.querySelector(`label[for="${e.id}"]`))).map(e => e.outerHTML)"""
    )
    assert nameless == []
    landmarks = page.evaluate("['header', 'nav', 'main', 'aside'].map(tag => document.querySelectorAll(tag).length)")
    assert landmarks == [1, 1, 1, 1]


def test_edit__is_seen_in_its_place(browser: Browser, address: str, deck: Deck) -> None:
    """A save shows by itself: same card, same side, same scroll position; new cards get into the list."""
    page, complaints = open_page(browser, f"{address}#two-1")
    page.keyboard.press(" ")
    page.wait_for_selector(SHOWN.format("two-1 answer"))
    page.wait_for_selector("html[data-live]")
    scroll = "document.querySelector('iframe').contentDocument.scrollingElement.scrollTop"
    page.evaluate(f"{scroll} = 500")
    deck.write("cards/one.md", ONE.replace("Line 3.", "Changed 3.") + "\n## Third question {#three}\n\nC\n")
    expect(page.locator("#found")).to_have_text("6 cards")
    assert "Changed 3." in card_text(page)
    assert page.evaluate(scroll) == 500
    assert page.evaluate("document.documentElement.dataset.shown").startswith("two-1 answer")
    deck.write("cards/one.md", ONE.replace("{#two}", "{#renamed}"))
    expect(page).to_have_url(f"{address}#renamed-1")
    assert complaints == []


def test_mistake__stands_beside_its_card_and_opens_in_the_editor(
    browser: Browser, address: str, deck: Deck, tmp_path: Path
) -> None:
    """What `check` reports, with a button that leads to the line; gone when it is mended."""
    page, _ = open_page(browser, f"{address}#one-1")
    page.wait_for_selector("html[data-live]")
    deck.write("cards/one.md", ONE.replace("dot.svg", "dott.svg"))
    fault = page.locator("#card-faults button")
    expect(fault).to_contain_text("there is no file cards/dott.svg")
    expect(page.locator("#areas .count")).to_have_text("1 fault")
    fault.click()
    expect(page.locator("#opened")).to_have_text("opened cards/one.md:7:1")
    for _ in range(100):
        if (tmp_path / "opened").exists():
            break
        page.wait_for_timeout(20)
    assert (tmp_path / "opened").read_text().splitlines() == [str(deck.root / "cards/one.md")]
    page.keyboard.press("j")
    expect(page.locator("#of-card")).to_have_text("This card: no faults")
    expect(page.locator("#of-deck")).to_have_text("Whole deck: 1 fault")
    deck.write("deck.toml", "name = \n")
    expect(page.get_by_role("alert")).to_be_visible()
    deck.write("deck.toml", DECK_TOML).write("cards/one.md", ONE)
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(page.locator("#of-deck")).to_have_text("Whole deck: no faults")


def test_save_before_the_stream_is_there__is_seen(browser: Browser, address: str, deck: Deck) -> None:
    """A page asks for the list, then opens its stream of changes: what is saved between the two must not be lost."""
    page = browser.new_page(viewport={"width": 1600, "height": 1000})

    def save_first(route: Route) -> None:
        deck.write("cards/one.md", ONE.replace("First question", "Saved meanwhile"))
        for _ in range(200):
            if "Saved meanwhile" in page.request.get(f"{address}data/index.json").text():
                break
            time.sleep(0.05)
        route.continue_()

    page.route("**/events", save_first, times=1)
    page.goto(address)
    expect(page.locator("#areas a").first).to_contain_text("Saved meanwhile")
    page.close()


def test_sound_and_hint__answer_a_click(browser: Browser, address: str, deck: Deck) -> None:
    """Scripts of a card do not run, so the page does what Anki's own do: play a sound, unfold a hint."""
    front = deck.read("templates/basic/front.html")
    deck.write("templates/basic/front.html", front + "{{hint:Answer}}").write("cards/tone.mp3", b"ID3\x04\0\0\0\0\0\0")
    deck.write("cards/one.md", "# One\n\n## Sound {#sound}\n\nA\n\n![](tone.mp3)\n")
    page, _ = open_page(browser, address)
    expect(page.locator("#areas a").first).to_contain_text("Sound")
    card = page.frame_locator("iframe[title='The card on phone, day']")
    expect(card.locator("div.hint")).to_be_hidden()
    card.locator("a.hint").click()
    expect(card.locator("div.hint")).to_be_visible()
    with page.expect_request("**/media/tone-*.mp3"):
        card.locator(".replay-button").click()


def test_phone__fits_and_shows_the_card(browser: Browser, address: str) -> None:
    """360 px: nothing scrolls sideways, the list is behind a button, targets are 44 px high."""
    page, complaints = open_page(browser, address, width=360, height=640)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(page.locator("figure:visible")).to_have_count(1)
    page.get_by_role("button", name="Cards", exact=True).click()
    page.get_by_role("link", name="Unusual words").click()
    page.wait_for_selector(SHOWN.format("rare-1"))
    expect(page.locator("#areas")).to_be_hidden()
    small = page.evaluate(
        "[...document.querySelectorAll('button, input, a')].filter(e => e.offsetParent && e.className !== 'skip'"
        " && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"
    )
    assert small == []
    assert complaints == []


def test_export__works_from_disk(browser: Browser, deck: Deck, tmp_path: Path) -> None:
    """The exported page opened as a file: list, search, both sides, formulas with their fonts, pictures."""
    site = tmp_path / "site"
    assert run(["preview", "--export", str(site), "--deck", str(deck.root), "-q"]) == 0
    page, complaints = open_page(browser, (site / "index.html").as_uri())
    page.keyboard.press(" ")
    page.wait_for_selector(SHOWN.format("one-1 answer"))
    shown = page.evaluate(
        """async () => { const inside = document.querySelector('iframe').contentDocument;
        await inside.images[0].decode(); await inside.fonts.ready;
        return [inside.querySelector('mjx-mfrac') && BARE(inside), inside.images[0].naturalWidth > 0,
          [...inside.fonts].some(font => font.status === 'loaded')]; }""".replace("BARE", BARE)
    )
    assert shown == [0, True, True]
    page.keyboard.press("/")
    page.keyboard.type("zebra")
    page.keyboard.press("Enter")
    page.wait_for_selector(SHOWN.format("rare-1"))
    assert "Unusual words" in card_text(page)
    expect(page.locator("#place")).to_be_hidden()
    assert complaints == []
