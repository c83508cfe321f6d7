"""A real browser on a phone-sized window, driven by its keyboard alone, that looks at every page as WCAG asks."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

if TYPE_CHECKING:
    from pathlib import Path

PHONE = (360, 740)
NARROW = (320, 640)
"""As narrow as a page has to fit without scrolling sideways (WCAG 1.4.10)."""
_LOOK = """
const seen = e => e.getClientRects().length && getComputedStyle(e).visibility === 'visible';
const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number);
const shine = ([r, g, b]) => [r, g, b].map(v => v / 255)
  .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const behind = e => { for (; e; e = e.parentElement) {
  const found = rgb(getComputedStyle(e).backgroundColor);
  if (found.length === 3 || found[3] > 0) return found; }
  return [255, 255, 255]; };
const ratio = (a, b) => { const [x, y] = [shine(a), shine(b)].sort((m, n) => n - m); return (x + 0.05) / (y + 0.05); };
const wrong = [];
const say = (what, e) => wrong.push(what + ': ' + e.outerHTML.slice(0, 120));
for (const e of document.querySelectorAll('body *')) {
  const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
  if (!seen(e) || e.type === 'radio' || !(own || ['INPUT', 'TEXTAREA'].includes(e.tagName))) continue;
  const style = getComputedStyle(e), size = parseFloat(style.fontSize);
  if (size < 16) say('small text', e);
  const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  if (ratio(rgb(style.color), behind(e)) < (large ? 3 : 4.5)) say('weak contrast', e);
}
for (const e of document.querySelectorAll('input:not([type=hidden]), textarea')) {
  if (!e.labels.length || !e.labels[0].textContent.trim()) say('no label', e);
  if (ratio(rgb(getComputedStyle(e).borderTopColor), behind(e.parentElement)) < 3) say('weak border', e);
  for (const id of (e.getAttribute('aria-describedby') || '').split(' ').filter(Boolean))
    if (!document.getElementById(id)) say('described by nothing', e);
}
for (const e of document.querySelectorAll('a, button, input:not([type=hidden]), textarea')) {
  if (!seen(e) || e.className === 'skip') continue;
  const box = e.getBoundingClientRect();
  if (box.width < 24 || box.height < 24) say('small target ' + box.width + 'x' + box.height, e);
  if (!(e.textContent || e.labels?.[0]?.textContent || '').trim()) say('no name', e);
}
const levels = [...document.querySelectorAll('h1, h2, h3')].filter(seen).map(e => Number(e.tagName[1]));
if (levels.filter(l => l === 1).length !== 1) wrong.push('not one h1');
if (document.documentElement.lang !== 'en-GB') wrong.push('no language');
if (!document.title.endsWith('Ask First') && !document.title.startsWith('Mend this')) wrong.push('no title');
for (const name of ['header', 'main', 'footer']) if (!document.querySelector(name)) wrong.push('no ' + name);
const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
if (new Set(ids).size !== ids.length) wrong.push('an id twice');
const wide = document.documentElement.scrollWidth;
if (wide > innerWidth) wrong.push('wider than the window: ' + wide);
for (const r of performance.getEntriesByType('resource'))
  if (new URL(r.name).origin !== location.origin) wrong.push('from elsewhere: ' + r.name);
return wrong;
"""
_FOCUS = """
const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
return {tag: e.tagName, id: e.id, words: (e.textContent || e.value || '').trim(),
        marked: parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== 'none',
        inside: box.bottom > 0 && box.top < innerHeight};
"""


@dataclass
class Phone:
    """The browser, and the folder for its pictures."""

    driver: Chrome
    folder: Path
    pictures: int = 0

    def goes(self, address: str) -> None:
        """Open an address."""
        self.driver.get(address)

    def looks(self, name: str) -> str:
        """Look whether everybody can use this page, at both widths, and draw it; give its words."""
        for size in (NARROW, PHONE):
            self.sized(*size)
            wrong = self.driver.execute_script(_LOOK)
            assert wrong == [], f"{name}: {wrong}"
        height = self.driver.execute_script("return document.documentElement.scrollHeight")
        self.sized(PHONE[0], height)
        self.pictures += 1
        self.driver.save_screenshot(str(self.folder / f"{self.pictures:02}-{name}.png"))
        self.sized(*PHONE)
        complaints = [e["message"] for e in self.driver.get_log("browser") if "favicon" not in e["message"]]
        assert [m for m in complaints if "status of 4" not in m] == []
        return self.words

    @property
    def words(self) -> str:
        """The words of the page."""
        return self.driver.execute_script("return document.body.innerText")

    def sized(self, width: int, height: int) -> None:
        """Give the window a size, as that of a phone."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": True},
        )

    def types(self, *keys: str) -> None:
        """Press keys where the focus is."""
        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def tabs_to(self, words: str, most: int = 40) -> None:
        """Go with the tab key to the link, button or field with these words or this id; each stop has to be seen."""
        stops = []
        for _ in range(most):
            self.types(Keys.TAB)
            focus = self.driver.execute_script(_FOCUS)
            if focus["tag"] == "BODY":
                continue
            assert focus["marked"], f"the focus is not seen on {focus}"
            assert focus["inside"], f"the focus is outside the window on {focus}"
            stops.append(focus["id"] or focus["words"])
            if words in (focus["id"], focus["words"]):
                return
        raise AssertionError(f"the tab key never comes to {words}: {stops}")

    def presses(self, words: str) -> None:
        """Go to something with the tab key and press Enter, which loads the next page."""
        self.tabs_to(words)
        before = self.driver.find_element("tag name", "html")
        self.types(Keys.ENTER)
        # Asked amid the change of pages, ChromeDriver may complain in words of its own; a moment later it is clear.
        WebDriverWait(self.driver, 20, ignored_exceptions=(WebDriverException,)).until(staleness_of(before))


@contextmanager
def chromium(folder: Path):
    """Start Chromium, or skip the test where there is none."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not browser or not driver:
        pytest.skip("there is no Chromium here: apt-get install chromium chromium-driver")
    options = ChromeOptions()
    options.binary_location = browser
    for option in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    options.add_experimental_option("prefs", {"download.default_directory": str(folder)})
    running = Chrome(options=options, service=ChromeService(driver))
    try:
        running.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
        yield Phone(running, folder)
    finally:
        running.quit()
