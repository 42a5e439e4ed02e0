"""Renews the pictures of docs/page.md: of a demo that has run for a while, and of a stage whose Redis is stopped.

    pictures.py FOLDER [MINUTES [URL]]     URL: of a demo that runs already
"""

import io
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

import test_page
from stage import PROGRAM, Stage, wait_for
from test_page import CHROMIUM, populated

WIDE = {"width": 1360, "height": 900}


def keep(shot, folder, name):
    """With a palette, at a third of the size."""
    image = Image.open(io.BytesIO(shot)).convert("RGB").quantize(128, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    image.save(f"{folder}/{name}.png", optimize=True)
    print(name)


def shoot_demo(browser, url, folder):
    for name, options in (
        ("page-light", {"color_scheme": "light", "viewport": WIDE}),
        ("page-dark", {"color_scheme": "dark", "viewport": {"width": 1360, "height": 1500}}),
        ("page-narrow", {"color_scheme": "light", "viewport": {"width": 360, "height": 780}, "device_scale_factor": 2}),
    ):
        page = browser.new_context(**options).new_page()
        page.goto(url)
        page.wait_for_selector("#events-table button")
        if name == "page-dark":
            page.locator("#events-table button").first.click()
            page.wait_for_selector("#answer-h")
            page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        keep(page.screenshot(full_page=name == "page-light"), folder, name)
        page.context.close()


def shoot_outage(browser, folder):
    with Stage() as stage:
        populated(stage)
        page = browser.new_context(viewport={"width": 1360, "height": 620}).new_page()
        page.goto(stage.url)
        page.get_by_text("3 alive").first.wait_for()
        stage.redis.stop()
        page.locator("#warnings").get_by_text("Redis is out of reach").first.wait_for()
        page.locator("#warnings").get_by_text("The view is stale").first.wait_for()
        keep(page.screenshot(), folder, "page-redis-down")


def main(folder, minutes="10", url=None):
    demo = None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=test_page.chromium_arguments())
        shoot_outage(browser, folder)
        if url is None:
            screen = tempfile.NamedTemporaryFile("r")
            demo = subprocess.Popen([str(PROGRAM), "demo"], stdout=open(screen.name, "w"))
            url = wait_for("the demo", lambda: re.search(r"http://\S+", Path(screen.name).read_text())).group()
            print(f"the demo at {url} runs for {minutes} minutes")
            time.sleep(float(minutes) * 60)
        try:
            shoot_demo(browser, url, folder)
        finally:
            browser.close()
            if demo:
                demo.terminate()
                demo.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
