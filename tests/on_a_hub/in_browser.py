"""A learner on a hub in a real browser: log in, run a lesson, move its slider."""

from __future__ import annotations

import time
from statistics import median

from browser.page import SHOWN
from playwright.async_api import async_playwright

from lstm_lessons.commands.browser import Browser, start_options

MOVES = 10
_READY = """async () => {
  await jupyterapp.restored;
  const {sessionContext} = jupyterapp.shell.currentWidget;
  await sessionContext.ready;
  await sessionContext.session.kernel.info;
}"""
_RUN = """async () => {
  await jupyterapp.commands.execute('notebook:run-all-cells');
}"""
_WATCH = """(shown) => {
  const picture = () => document.querySelector(
    shown + ' .widget-html-content svg[role=img]').outerHTML;
  const before = picture();
  let start = null;
  document.addEventListener('keydown', event => { start = event.timeStamp; },
                            {capture: true, once: true});
  window.trialMove = new Promise((resolve, reject) => {
    new MutationObserver((_, watch) => {
      if (start === null || picture() === before) return;
      watch.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(
        () => resolve(performance.now() - start)));
    }).observe(document.body, {childList: true, subtree: true, attributes: true});
    setTimeout(() => reject(new Error('the picture did not change within 60 s')), 60000);
  });
}"""


async def lesson(browser: Browser, address: str, name: str, path: str) -> dict[str, float]:
    """Do a lesson; return seconds until the page can be used, and of all its cells.

    ``slider`` is the median of some moves, in milliseconds from the key to the new picture.
    """
    told = {}
    async with async_playwright() as playwright:
        program = await playwright.chromium.launch(
            executable_path=str(browser.path), args=start_options()
        )
        page = await program.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(330_000)
        start = time.perf_counter()
        await page.goto(f"{address}/hub/login?next=/hub/user-redirect/lab/tree/{path}")
        await page.fill("input[name=username]", name)
        await page.click("input[type=submit]")
        await page.wait_for_selector(f"{SHOWN} .jp-Cell")
        await page.evaluate(_READY)
        told["page"] = time.perf_counter() - start
        start = time.perf_counter()
        await page.evaluate(_RUN)
        told["lesson"] = time.perf_counter() - start
        handle = page.locator(f"{SHOWN} .noUi-handle").first
        await handle.scroll_into_view_if_needed()
        times = []
        for number in range(MOVES):
            await handle.focus()
            await page.wait_for_timeout(500)
            await page.evaluate(_WATCH, SHOWN)
            await page.keyboard.press("ArrowLeft" if number % 2 else "ArrowRight")
            times.append(await page.evaluate("window.trialMove"))
        told["slider"] = median(times)
        await program.close()
    return told
