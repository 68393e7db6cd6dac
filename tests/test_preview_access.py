"""The preview for everybody: no barrier that axe-core can find, and the whole way by keyboard and by finger."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import axe_playwright_python.base as axe_base
import pytest
from chromium import ARGUMENTS, find_chromium
from conftest import DECK_TOML, ROOT, Deck
from playwright.sync_api import Browser, Page, expect, sync_playwright

from recto.cli import run

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><title>dot</title><circle cx="4" cy="4" r="4"/></svg>'
ONE = """# 注意力

## 为什么除以 $\\sqrt{d}$？ {#one}

方差 **随维度增长**，见 `softmax`：

$$\\frac{q \\cdot k}{\\sqrt{d}}$$

| 名称 | 值 |
|---|--:|
| a | 1 |

```python
def f(x):  # 注释
    return x + 1
```

![a dot](dot.svg)

### 易错

忘记除。

### 来源

- [A paper](https://example.org/) § 1

## Second {#two .reverse}

B
"""
FAULTY = "\n## No answer {#bare}\n\n## A picture that is not there {#gone}\n\n![x](gone.svg)\n"
TWO = "# Two\n\n## Holes {#holes .cloze}\n\n==alpha== and ==beta==\n\n## Unusual words {#rare}\n\nzebra\n"
AXE = axe_base.AXE_FILE_PATH.read_text(encoding="utf-8")
RUN = """async not => (await axe.run(document, { iframes: false, resultTypes: ['violations'],
  rules: Object.fromEntries(not.map(rule => [rule, { enabled: false }])) })).violations.map(v =>
  [v.impact, v.id, v.nodes.map(n => n.html.slice(0, 160)).slice(0, 3)])"""
SHOWN = "html[data-shown^='{} ']"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Deck:
    deck = Deck(tmp_path_factory.mktemp("access") / "deck")
    shutil.copytree(ROOT / "templates", deck.root / "templates")
    about = 'language = "zh"\ndescription = "卡片 {version}<br>See the &amp; source."\n'
    deck.write("deck.toml", DECK_TOML + about).write("cards/one.md", ONE).write("cards/dot.svg", SVG)
    deck.write("NEWS.md", "# News\n\n## 1.0.0 (2026-11-22)\n\n首次发布。\n\n### A\n\n- `x` <b>raw</b>\n")
    return deck.write("cards/two.md", TWO).write("cards/LICENSE", "CC BY-SA 4.0\n\nLong text.\n")


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An editor that writes its arguments into a file beside it."""
    path = tmp_path_factory.mktemp("editor") / "vim"
    path.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$0.part"\nmv "$0.part" "$0.opened"\n')
    path.chmod(0o755)
    return path


@pytest.fixture(scope="module")
def address(deck: Deck, editor: Path) -> Iterator[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "EDITOR": str(editor)}
    environment.pop("VISUAL", None)
    arguments = [sys.executable, "-u", "-m", "recto", "preview", "--port", "0"]
    with subprocess.Popen(arguments, cwd=deck.root, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().split()[0]
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


@pytest.fixture
def faulty(deck: Deck) -> Iterator[None]:
    """Two cards with faults, as long as the test runs."""
    deck.write("cards/two.md", TWO + FAULTY)
    yield
    deck.write("cards/two.md", TWO)


@pytest.fixture(scope="module")
def site(deck: Deck, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exported site in a folder below the root of what is served."""
    deck.build()
    target = tmp_path_factory.mktemp("www") / "sub/path"
    assert run(["preview", "--export", str(target), "--deck", str(deck.root), "-q"]) == 0
    return target


@pytest.fixture(scope="module")
def site_address(site: Path) -> Iterator[str]:
    quiet: Any = type("QuietHandler", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=str(site.parent.parent)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/sub/path/"
    server.shutdown()
    server.server_close()


def open_page(browser: Browser, address: str, **options: Any) -> Page:
    page = browser.new_page(**{"viewport": {"width": 1600, "height": 1000}, **options})
    page.goto(address)
    page.wait_for_selector("html[data-shown]")
    return page


def barriers(page: Page, scheme: str = "light") -> list[Any]:
    """What axe-core finds in the page and in the cards in sight, of any impact.

    A card's frame runs no scripts, axe's neither; so each card is also looked at as a page of its own, leaving out what
    only a page needs. Cards do not follow the scheme of the page, so they are looked at in one of them.
    """
    page.evaluate(AXE)
    found: list[Any] = page.evaluate(RUN, [])
    for frame in page.locator("figure:visible iframe").all() if scheme == "light" else []:
        width, height = (int(frame.get_attribute(name) or 0) for name in ("width", "height"))
        text = frame.evaluate("frame => frame.contentDocument.documentElement.outerHTML")
        assert page.context.browser
        alone = page.context.browser.new_page(viewport={"width": width, "height": height})
        alone.set_content(f"<!doctype html>{text}")
        alone.evaluate(AXE)
        found += alone.evaluate(RUN, ["landmark-one-main", "region"])
        alone.close()
    return found


def flip(page: Page) -> None:
    page.keyboard.press("Space")
    page.wait_for_selector("html[data-shown*=' answer ']")


STATES: dict[str, Callable[[Page], None]] = {
    "question": lambda page: None,
    "answer": flip,
    "search": lambda page: (page.keyboard.press("/"), page.keyboard.type("zebra"))[0],
    "nothing found": lambda page: (page.keyboard.press("/"), page.keyboard.type("qqq"))[0],
    "help": lambda page: page.keyboard.press("?"),
}
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_page__has_no_barrier(browser: Browser, address: str, state: str, scheme: Any) -> None:
    """List, card, search and help, in both colour schemes of the page."""
    page = open_page(browser, f"{address}#one-1", color_scheme=scheme)
    STATES[state](page)
    assert barriers(page, scheme) == []
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_with_faults__has_no_barrier(browser: Browser, address: str, faulty: None, scheme: Any) -> None:
    """Diagnostics beside the card and in the list."""
    page = open_page(browser, f"{address}#one-1", color_scheme=scheme)
    expect(page.locator("#areas .count").first).to_be_visible()
    page.keyboard.press("End")
    page.evaluate("location.hash = 'gone-1'")
    expect(page.locator("#card-faults button")).to_be_visible()
    assert barriers(page, scheme) == []
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone__has_no_barrier(browser: Browser, address: str, scheme: Any) -> None:
    """Closed and open list, at 360 pixels."""
    page = open_page(browser, f"{address}#one-1", color_scheme=scheme, **PHONE)
    assert barriers(page, scheme) == []
    page.get_by_role("button", name="Cards", exact=True).tap()
    assert barriers(page, scheme) == []
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["", "news.html"])
def test_exported_site__has_no_barrier(browser: Browser, site_address: str, name: str, scheme: Any) -> None:
    """The start page with a card's answer, and the page of news."""
    page = browser.new_page(viewport={"width": 1600, "height": 1000}, color_scheme=scheme)
    page.goto(f"{site_address}{name}")
    if not name:
        page.wait_for_selector("html[data-shown]")
        flip(page)
    assert barriers(page, scheme) == []
    page.close()


def test_barrier__can_be_found(browser: Browser, address: str) -> None:
    """In the page and in a card."""
    page = open_page(browser, f"{address}#one-1")
    page.evaluate(
        "document.querySelector('label[for=search]').remove(); document.getElementById('search').placeholder = ''"
    )
    page.locator("iframe").first.evaluate(
        "frame => { frame.contentDocument.images.length; "
        "frame.contentDocument.getElementById('qa').innerHTML += '<img src=x><p style=\"color:#ccc\">pale</p>'; }"
    )
    assert {"label", "image-alt", "color-contrast"} <= {rule for _, rule, _ in barriers(page)}
    page.close()


def focus(page: Page) -> tuple[str, float, float]:
    """Where the focus is (id, or text), how thick its outline is, and how high the element."""
    name, outline, height = page.evaluate(
        """(() => { const e = document.activeElement, style = getComputedStyle(e);
        return [e.id || e.title || e.textContent.trim().slice(0, 30), parseFloat(style.outlineWidth) *
          (style.outlineStyle !== 'none'), e.getBoundingClientRect().height]; })()"""
    )
    return name, outline, height


def test_keyboard__goes_all_the_way(browser: Browser, address: str, faulty: None, editor: Path) -> None:
    """Tab in the order of the page with the focus in sight, skip link, list, search, flip, a fault opened, Esc."""
    page = open_page(browser, f"{address}#one-1")
    stops = []
    for _ in range(5):
        page.keyboard.press("Tab")
        stops.append(focus(page))
    names = [name for name, _, _ in stops]
    assert names[:4] == ["Skip to the card", "help-button", "search", "—"]
    assert names[4].startswith("为什么除以")
    assert all(outline >= 3 for _, outline, _ in stops)
    # The skip link leads to the card; from there Space turns it and Tab goes on to its buttons.
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    assert focus(page)[0] == "stage"
    flip(page)
    page.keyboard.press("Tab")
    assert focus(page)[0] == "previous"
    # A card of the list is chosen with Enter and stays in the focus.
    page.locator("#areas a", has_text="Unusual").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(SHOWN.format("rare-1"))
    assert focus(page)[0].startswith("Unusual")
    # Search, then Esc back to the card.
    page.keyboard.press("/")
    page.keyboard.type("#nothing")
    expect(page.locator("#found")).to_have_text("0 of 8 cards")
    page.keyboard.press("Escape")
    assert focus(page)[0] == "stage"
    page.keyboard.press("/")
    page.keyboard.type("GONE")  # an id
    page.keyboard.press("Enter")
    page.wait_for_selector(SHOWN.format("gone-1"))
    # Its fault is opened in the editor.
    page.locator("#card-faults button").focus()
    assert focus(page)[1] >= 3
    page.keyboard.press("Enter")
    expect(page.locator("#opened")).to_contain_text("opened cards/two.md:")
    opened = editor.with_name("vim.opened")
    for _ in range(100):
        if opened.exists():
            break
        page.wait_for_timeout(20)
    line, path = opened.read_text().splitlines()
    assert Path(path).read_text().splitlines()[int(line.removeprefix("+")) - 1] == "![x](gone.svg)"
    # Help opens and closes, and the focus is back where it was.
    page.locator("#next").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert focus(page)[0] == "next"
    page.close()


def test_place__is_kept_when_the_page_is_loaded_again(browser: Browser, address: str) -> None:
    """Card, side, theme and search survive the browser's reload."""
    page = open_page(browser, f"{address}#holes-2")
    flip(page)
    page.keyboard.press("n")
    page.keyboard.press("/")
    page.keyboard.type("alpha")
    page.reload()
    page.wait_for_selector(SHOWN.format("holes-2 answer"))
    expect(page.locator("#night")).to_have_text("Day")
    expect(page.locator("#search")).to_have_value("alpha")
    expect(page.locator("#found")).to_have_text("2 of 6 cards")
    page.close()


def test_phone__is_used_by_finger(browser: Browser, address: str, faulty: None) -> None:
    """360 × 640: the list opens, closes by its button, by Esc and by a choice; every target is 44 px."""
    page = open_page(browser, f"{address}#one-1", **PHONE)
    button, areas = page.get_by_role("button", name="Cards", exact=True), page.locator("#areas")
    small = """[...document.querySelectorAll('button, input, a:not(.skip), summary')].filter(e => e.offsetParent)
      .map(e => [e.textContent.trim(), e.getBoundingClientRect().width, e.getBoundingClientRect().height])
      .filter(([, width, height]) => width < 44 || height < 44)"""
    for close in (button.tap, lambda: page.keyboard.press("Escape"), lambda: page.locator("#areas a").first.tap()):
        expect(areas).to_be_hidden()
        button.tap()
        expect(areas).to_be_visible()
        expect(button).to_have_attribute("aria-expanded", "true")
        assert page.evaluate(small) == []
        close()
        expect(areas).to_be_hidden()
        expect(button).to_have_attribute("aria-expanded", "false")
    assert page.evaluate("scrollY") == 0
    page.locator("#flip").tap()
    page.wait_for_selector("html[data-shown*=' answer ']")
    assert page.evaluate(small) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()


def test_server__may_end_and_come_back(browser: Browser, deck: Deck) -> None:
    """The page says that it is alone, and follows again when preview runs again at the same address."""
    arguments = [sys.executable, "-u", "-m", "recto", "preview", "--port"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def start(port: str) -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            [*arguments, port], cwd=deck.root, env=environment, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout
        return process, process.stdout.readline().split()[0]

    def end(process: subprocess.Popen[str]) -> None:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)

    process, address = start("0")
    page = open_page(browser, address)
    page.wait_for_selector("html[data-live]")
    end(process)
    expect(page.get_by_role("alert")).to_contain_text("start it again")
    page.keyboard.press("j")  # asks for a card and gets none
    deck.write("cards/one.md", ONE.replace("## Second", "## Renamed meanwhile"))
    process, _ = start(address.rstrip("/").rpartition(":")[2])
    expect(page.get_by_role("alert")).to_be_hidden(timeout=10_000)
    expect(page.locator("#areas")).to_contain_text("Renamed meanwhile")
    deck.write("cards/one.md", ONE)
    page.close()
    end(process)


def test_exported_site__tells_and_offers(browser: Browser, site: Path, site_address: str) -> None:
    """Title, description, number of cards, news, license; the package is downloaded from below any path."""
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site_address)
    page.wait_for_selector("html[data-shown]")
    assert page.title() == "Test 1.0.0-dev"
    about = page.locator("#about")
    expect(about).to_contain_text("卡片 1.0.0-dev")
    expect(about).to_contain_text("See the & source.")
    expect(about).to_contain_text("6 张卡片")
    expect(about).to_contain_text("首次发布。")
    expect(about).to_contain_text("CC BY-SA 4.0")
    expect(page.locator("meta[name=description]")).to_have_attribute("content", "卡片 1.0.0-dev See the & source.")
    with page.expect_download() as download:
        about.get_by_role("link", name="下载").click()
    assert Path(download.value.path()).read_bytes() == (site / "test-1.0.0-dev.apkg").read_bytes()
    about.get_by_role("link", name="更新记录").click()
    expect(page.locator("main")).to_contain_text("<b>raw</b>")
    page.get_by_role("link").first.click()
    page.wait_for_selector("html[data-shown]")
    assert all(url.startswith((site_address, "data:")) for url in asked), asked
    assert (site / "LICENSE.txt").read_text() == "CC BY-SA 4.0\n\nLong text.\n"
    page.close()
