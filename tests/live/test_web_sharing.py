"""Photos and positions from the page, in a real browser the size of a phone, with pictures in build/screens."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pictures
from PIL import ImageDraw
from playwright.async_api import Browser, BrowserContext, Page, expect

from adapters.pictures import size_of
from locales import tr

Town = Any  # tests/live/conftest.py

expect.set_options(timeout=10_000)
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}


async def visit(browser: Browser, url: str, **how: Any) -> tuple[BrowserContext, Page]:
    context = await browser.new_context(**({"locale": "fr-FR"} | PHONE | how))
    page = await context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    await page.goto(url)
    await expect(page.locator("#state")).to_have_attribute("data-state", "connected")
    return context, page


async def say(page: Page, words: str) -> None:
    await page.fill("#text", words)
    await page.locator("#send").click()


def way(page: Page, words: str) -> Any:
    return page.get_by_role("button", name=tr("fr", words), exact=True)


def pothole(format: str = "JPEG", side: int = 2400) -> bytes:
    picture = Pictures.new("RGB", (side, side * 3 // 4), "#8d8f92")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((side // 4, side // 4, side * 3 // 4, side * 5 // 8), fill="#3b3835", outline="#c9a23b", width=40)
    exif = Pictures.Exif()
    exif[0x0110] = "secret camera"
    exif[0x0112] = 6
    out = io.BytesIO()
    picture.save(out, format, exif=exif)
    return out.getvalue()


async def choose(page: Page, name: str, data: bytes, kind: str = "image/jpeg") -> None:
    async with page.expect_file_chooser() as chooser:
        await way(page, "Choose a photo").click()
    await (await chooser.value).set_files({"name": name, "mimeType": kind, "buffer": data})


async def until(true: Callable[[], Any], page: Page) -> None:
    for _ in range(200):
        if true():
            return
        await page.wait_for_timeout(50)
    raise TimeoutError


async def test_a_photo_is_sent_shown_and_kept_without_its_history(town: Town, browser: Browser, screens: Path) -> None:
    _, page = await visit(browser, town.url)
    await expect(page.locator("#ways")).to_be_hidden()
    await say(page, "/photo")
    await expect(way(page, "Choose a photo")).to_be_visible()
    await expect(way(page, "Take a photo")).to_be_visible()
    await expect(way(page, "Share my position")).to_be_hidden()
    await page.wait_for_timeout(400)
    await page.screenshot(path=screens / "photo-asked-phone.png")
    await choose(page, "trou.jpg", pothole())
    shown = page.locator(".mine img")
    await expect(shown).to_be_visible()
    await expect(page.locator("#messages")).to_contain_text("bien arrivé")
    await expect(page.locator("#ways")).to_be_hidden()
    assert await shown.evaluate(
        "(image) => image.complete && image.naturalWidth > 0 && image.naturalHeight > image.naturalWidth"
    )
    await page.wait_for_timeout(400)
    await page.screenshot(path=screens / "photo-sent-phone.png")
    (shared,) = town.road.shared
    assert shared.what == "photo"
    file = await town.adapter.fetch(shared.ref)
    assert b"secret camera" not in file.data
    assert max(size_of(file.data) or (9999,)) <= 1600
    await page.reload()
    await expect(page.locator(".mine img")).to_be_visible()


async def test_what_is_no_photo_is_said_so_and_the_question_stays_open(town: Town, browser: Browser) -> None:
    _, page = await visit(browser, town.url)
    await say(page, "/photo")
    await choose(page, "page.jpg", b"<html>no picture</html>")
    await expect(page.locator("#toast")).to_contain_text("JPEG")
    await expect(page.locator(".turn.mine.failed")).to_have_count(1)
    await expect(way(page, "Choose a photo")).to_be_visible()
    assert not town.road.shared


async def test_a_position_is_told_only_after_a_press(town: Town, browser: Browser, screens: Path) -> None:
    here = {"latitude": 49.0361, "longitude": 2.0761}
    _, page = await visit(browser, town.url, geolocation=here, permissions=["geolocation"])
    await say(page, "/place")
    await expect(way(page, "Share my position")).to_be_visible()
    await expect(way(page, "Choose a photo")).to_be_hidden()
    await page.wait_for_timeout(400)
    await page.screenshot(path=screens / "place-asked-phone.png")
    assert not town.road.shared
    await way(page, "Share my position").click()
    await until(lambda: town.road.shared, page)
    assert town.road.shared[0].spot == "49.03610,2.07610"
    await expect(page.locator("#messages")).to_contain_text("49.03610, 2.07610")
    await expect(page.locator("#ways")).to_be_hidden()
    await page.wait_for_timeout(400)
    await page.screenshot(path=screens / "place-sent-phone.png")


async def test_without_a_position_one_types_the_address(town: Town, browser: Browser) -> None:
    context, page = await visit(browser, town.url)
    await context.clear_permissions()
    await say(page, "/place")
    await way(page, "Share my position").click()
    await expect(page.locator("#toast")).to_contain_text(
        tr("fr", "Your position could not be found. Please type the address instead.")
    )
    assert not town.road.shared
    await expect(page.locator("#text")).to_be_focused()


async def test_on_a_computer_there_is_one_button_for_a_photo(town: Town, browser: Browser) -> None:
    _, page = await visit(browser, town.url, viewport={"width": 1280, "height": 800}, has_touch=False, is_mobile=False)
    await say(page, "/photo")
    await expect(way(page, "Choose a photo")).to_be_visible()
    await expect(way(page, "Take a photo")).to_be_hidden()
