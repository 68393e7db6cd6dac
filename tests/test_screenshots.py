"""The gallery's own check (tools/screenshots.py) finds what is wrong; that nothing is, test_surface.py sees to."""

from __future__ import annotations

from pathlib import Path

import screenshots
from chromium import ARGUMENTS, find_chromium
from playwright.sync_api import sync_playwright


def test_faults__are_found(tmp_path: Path) -> None:
    """A wide box, a broken formula and a missing picture are told; a good card is not."""
    (tmp_path / "_anki").symlink_to(screenshots.anki_web_folder())
    bad = '<div style="width:900px">wide</div>\\(\\frac{1}\\)<img src="none.png">'
    for name, card in (("bad", bad), ("good", "<p>\\(x\\)</p>")):
        shell = screenshots.SHELL.format(html="mobile android chrome", body="", number=1, card=card)
        (tmp_path / f"{name}.html").write_text(shell, encoding="utf-8")
    found = {}
    with screenshots.serve(tmp_path) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 360, "height": 640})
        for name in ("bad", "good"):
            page.goto(f"{address}{name}.html")
            page.evaluate(screenshots.TYPESET)
            found[name] = " | ".join(page.evaluate(screenshots.FAULTS))
        browser.close()
    assert found["good"] == ""
    for expected in ("wider than", "formula:", "no image: none.png"):
        assert expected in found["bad"]
