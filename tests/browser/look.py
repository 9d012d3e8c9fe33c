"""Open pages in headless Chromium and check them: look.py PICTURES REPORT SITE-PAGE..."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-not-found]
from playwright.sync_api import Browser, Page, sync_playwright  # type: ignore[import-not-found]
from site_checks import check_use

WIDTHS = (420, 900, 1400)
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
NAMES = "Array.from(document.querySelectorAll('#servers tbody tr')).filter(row => !row.hidden)"
FIRST_NAME = NAMES + "[0].cells[0].firstChild.textContent"


def opened(browser: Browser, path: Path, width: int, scheme: str, findings: list[str]) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    where = f"{path.name} {width} {scheme}"
    page.on("pageerror", lambda error: findings.append(f"{where}: {error}"))
    page.on("dialog", lambda dialog: findings.append(f"{where}: a text of a cloud was run: {dialog.message}"))
    page.goto(path.as_uri())
    return page


def too_wide(page: Page) -> list[str]:
    """The elements that are wider than the window, and not in one that scrolls: the site's theme cuts these off."""
    script = """() => {
        const scrolls = each => ['auto', 'scroll'].includes(getComputedStyle(each).overflowX);
        const inside = each => each && each !== document.body && (scrolls(each) || inside(each.parentElement));
        return Array.from(document.querySelectorAll('body *')).filter(each => {
            const box = each.getBoundingClientRect();
            return box.width > 0 && box.right > window.innerWidth + 1 && each.checkVisibility() && !inside(each);
        }).slice(0, 3).map(each => each.tagName + '.' + each.className);
    }"""
    found = page.evaluate(script)
    if not found and page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
        return []
    return [f"wider than the window: {', '.join(found) or 'the page'}"]


def violations(page: Page) -> Iterator[str]:
    """What axe complains about, with the first element of each."""
    for found in Axe().run(page).response["violations"]:
        yield f"{found['id']}: {found['help']}: {found['nodes'][0]['html'][:160]} ({len(found['nodes'])})"


def sorts_by_keyboard(page: Page) -> list[str]:
    """Sort by name, the other way round, by Tab and Enter alone."""
    before = page.evaluate(FIRST_NAME)
    page.focus("#filter")
    page.keyboard.press("Tab")  # the table, which scrolls
    page.keyboard.press("Tab")  # the first button of its head
    page.keyboard.press("Enter")
    after, order = page.evaluate(FIRST_NAME), page.get_attribute("#servers thead th", "aria-sort")
    return (
        [] if order == "descending" and after != before else [f"the keyboard does not sort: {before}, {after}, {order}"]
    )


def filters(page: Page) -> list[str]:
    page.fill("#filter", "role=web env=demo")
    rows, shown = page.evaluate(NAMES + ".length"), page.inner_text("#shown")
    total = page.evaluate("document.querySelectorAll('#servers tbody tr').length")
    return [] if 0 < rows < total and shown == f"{rows} of {total}" else [f"the filter shows {rows}, says {shown!r}"]


def check_report(browser: Browser, path: Path, pictures: Path) -> list[str]:
    findings: list[str] = []
    for scheme in ("light", "dark"):
        for width in WIDTHS:
            page = opened(browser, path, width, scheme, findings)
            page.screenshot(path=pictures / f"report-{width}-{scheme}.png", full_page=True)
            found = [*too_wide(page), *violations(page), *sorts_by_keyboard(page), *filters(page)]
            findings += [f"{path.name} {width} {scheme}: {each}" for each in found]
            page.close()
    return findings


def check_site(browser: Browser, path: Path, pictures: Path) -> list[str]:
    findings: list[str] = []
    for width in WIDTHS:
        page = opened(browser, path, width, "light", findings)
        page.screenshot(path=pictures / f"{path.stem}-{width}.png")
        findings += [f"{path.name} {width}: {each}" for each in too_wide(page)]
        page.evaluate("document.querySelectorAll('details').forEach(block => { block.open = true })")
        findings += [f"{path.name} {width}, all open: {each}" for each in too_wide(page)]
        page.close()
    return findings


def main(pictures: Path, report: Path, *site: Path) -> int:
    pictures.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        findings = check_report(browser, report, pictures)
        for path in site:
            findings += check_site(browser, path, pictures)
        if site:
            findings += check_use(browser, site[0].parent, pictures)
        browser.close()
    print("\n".join(findings) or f"nothing found on {1 + len(site)} pages; pictures in {pictures}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(*(Path(argument) for argument in sys.argv[1:])))
