"""What a reader does in the documentation site: open sections, follow a link to an option, search."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, Page  # type: ignore[import-not-found]

SECTIONS = 7
SIDEBAR = "Array.from(document.querySelectorAll('.wy-menu-vertical li > a')).filter(link => link.checkVisibility())"
MODULES = ".wy-menu-vertical li:has(> a[href='modules.html'])"
BLOCK = "details.connection-options"
#: Modules whose own options and results have no password; the connection options of all have.
WITHOUT_PASSWORD = ("flavor_info_module", "hypervisor_info_module", "quota_info_module")


class Handler(SimpleHTTPRequestHandler):
    """Serves the site, and says nothing of it."""

    def log_message(self, *_arguments: object) -> None:
        """Nobody reads the log."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of the site; the search reads pages, which a browser does not allow in files."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def opens_sections(page: Page) -> Iterator[str]:
    """The sidebar shows the sections alone; the keyboard opens and closes one."""
    closed = page.evaluate(f"{SIDEBAR}.length")
    if closed != SECTIONS:
        yield f"the sidebar shows {closed} links, not the {SECTIONS} sections"
    button = page.locator(f"{MODULES} button.toctree-expand").first
    button.focus()
    page.keyboard.press("Enter")
    opened = page.evaluate(f"{SIDEBAR}.length")
    if opened <= closed + 20:
        yield f"the section of the modules shows {opened - closed} pages"
    button.focus()
    page.keyboard.press("Enter")
    if page.evaluate(f"{SIDEBAR}.length") != closed:
        yield "the section of the modules does not close"
    blocks = page.locator("details.section-block")
    states = [blocks.nth(number).get_attribute("open") is not None for number in range(blocks.count())]
    if states != [True] + [False] * (SECTIONS - 1):
        yield f"the blocks of the front page are open or not: {states}"


def folds_connection_options(page: Page, address: str) -> Iterator[str]:
    """The block is closed; a link to an option in it opens it."""
    option = page.locator("[id='parameter-auth/password']")
    page.goto(address)
    if page.locator(BLOCK).get_attribute("open") is not None or option.is_visible():
        yield "the connection options are not closed"
    if page.locator("#parameter-state").locator("xpath=ancestor::details").count():
        yield "an option of the module itself is among the connection options"
    page.goto("about:blank")
    page.goto(f"{address}#parameter-auth/password")
    if page.locator(BLOCK).get_attribute("open") is None:
        yield "a link to a connection option does not open the block"


def finds_password_pages(page: Page, address: str) -> Iterator[str]:
    """A search for "password" finds the pages on passwords first, and no page for its connection options."""
    page.goto(f"{address}/search.html?q=password")
    page.wait_for_function("document.querySelector('.search-summary')?.textContent.includes('found')", timeout=60000)
    found = page.evaluate(
        "Array.from(document.querySelectorAll('ul.search > li > a')).map(link => [link.pathname, link.textContent])"
    )
    first = [name for name, _title in found[:4]]
    if not all("password" in name for name in first):
        yield f"a search for password finds first {first}"
    wrong = [name for name, _title in found if Path(name).stem in WITHOUT_PASSWORD]
    if wrong:
        yield f"a search for password finds {wrong}, which have none but in the connection options"


def check_use(browser: Browser, folder: Path, pictures: Path) -> list[str]:
    """The findings of a reader in a window of 1400 pixels."""
    with served(folder) as address:
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(f"{address}/index.html")
        findings = list(opens_sections(page))
        findings += folds_connection_options(page, f"{address}/server_power_module.html")
        page.screenshot(path=pictures / "connection-options-1400.png")
        findings += finds_password_pages(page, address)
        page.screenshot(path=pictures / "search-1400.png")
        page.close()
    return [f"site: {finding}" for finding in findings]
