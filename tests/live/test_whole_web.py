"""`palabre run --samples` in a real browser: what the first person in the town hall sees who tries it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from running import PATIENCE, Town

from bot.cli.server import SAMPLES
from locales import tr

TITLE = "Le téléphone mobile chez nous"
PHONE = {"width": 390, "height": 844}
SMALL = {"width": 320, "height": 568}
DESK = {"width": 1280, "height": 800}


async def visit(browser: Browser, url: str, **how: Any) -> tuple[BrowserContext, Page]:
    """A new person with a browser of their own, who accepts no mistake in it."""
    how = {"locale": "fr-FR", "viewport": PHONE, "device_scale_factor": 2} | how
    context = await browser.new_context(**how)
    context.set_default_timeout(PATIENCE * 1000)
    page = await context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    await page.goto(url)
    return context, page


def button(page: Page, name: str) -> Any:
    return page.locator("#messages").get_by_role("button", name=name, exact=True).last


async def reads(page: Page, words: str) -> None:
    await expect(page.locator("#messages")).to_contain_text(words, timeout=PATIENCE * 1000)


async def types(page: Page, words: str) -> None:
    await page.fill("#text", words)
    await page.keyboard.press("Enter")


async def bubbles(page: Page) -> list[str]:
    return [text.strip() for text in await page.locator("#messages .bubble").all_inner_texts()]


async def calm(page: Page) -> None:
    """Let animations end, for a picture."""
    await page.wait_for_timeout(500)


async def enter(page: Page, lang: str = "fr") -> None:
    """Agree to take part, up to the first question."""
    await button(page, tr(lang, "Yes")).click()


async def painted(page: Page, where: str) -> None:
    """Wait until a picture is really there."""
    image = page.locator(where).first
    await image.scroll_into_view_if_needed()
    await page.wait_for_function(
        "(where) => { const it = document.querySelector(where); return it.complete && it.naturalWidth > 100; }",
        arg=where,
    )


async def fits(page: Page) -> bool:
    found: bool = await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return found


async def test_a_citizen_answers_the_local_vote(tmp_path: Path, browser: Browser, screens: Path) -> None:
    async with Town(tmp_path) as town:
        await town.start("--samples")
        context, page = await visit(browser, town.url)
        await expect(page.locator(".card")).to_have_count(len(SAMPLES))
        await calm(page)
        await page.screenshot(path=screens / "whole-welcome.png")
        await page.locator(".card", has_text=TITLE).click()
        await button(page, tr("fr", "Yes")).wait_for()
        await calm(page)
        await page.screenshot(path=screens / "whole-consent.png")
        await page.screenshot(path=screens / "whole-consent-full.png", full_page=True)
        await enter(page)
        await button(page, "Par endroits seulement").wait_for()
        await calm(page)
        await page.screenshot(path=screens / "whole-question.png")
        await button(page, "Par endroits seulement").click()
        await reads(page, "✔ Par endroits seulement")
        await button(page, "Sur les routes").wait_for()
        await types(page, "la deuxième")
        await reads(page, "✔ Sur les routes")
        await button(page, "Je suis d'accord").wait_for()

        # A reload, and a restart of the service in the middle: the chat is there, and goes on.
        before = await bubbles(page)
        await page.reload()
        await button(page, "Je suis d'accord").wait_for()
        assert await bubbles(page) == before
        await town.kill()
        await town.start("--samples")
        await expect(page.locator("#state")).to_have_attribute("data-state", "connected", timeout=PATIENCE * 1000)
        assert await bubbles(page) == before
        await types(page, "je sais pas")
        await reads(page, tr("fr", "Here are your answers. Is everything right?"))
        await reads(page, "✔ " + tr("fr", "I don't know"))
        await calm(page)
        await page.screenshot(path=screens / "whole-recap.png")
        await button(page, tr("fr", "Send")).click()
        await reads(page, "Merci d'avoir donné votre avis.")
        await calm(page)
        await page.screenshot(path=screens / "whole-thanks.png")
        assert await fits(page)

        # Another person, in English, at a desk in the dark.
        other, desk = await visit(
            browser, f"{town.url}/start/local-vote", locale="en-GB", viewport=DESK, color_scheme="dark"
        )
        await enter(desk, "en")
        await button(desk, "Well everywhere").click()
        await reads(desk, "✔ Well everywhere")
        await calm(desk)
        await desk.screenshot(path=screens / "whole-desk-dark.png")

        # Before the closing the page shows no number of any answer; afterwards it does.
        await page.goto(f"{town.url}/c/local-vote")
        await page.screenshot(path=screens / "whole-open-page.png", full_page=True)
        assert "Par endroits seulement" not in await page.locator("main").inner_text()
        await town.palabre("close", "local-vote")
        result = await town.results("local-vote")
        assert result["participants"] == 2
        await page.goto(f"{town.url}/c/local-vote")
        await expect(page.locator("main")).to_contain_text("Par endroits seulement")
        assert "/mesdonnees" not in await page.locator("main").inner_text(), "the agreement is no result"
        await painted(page, "main img")
        assert await fits(page)
        await page.screenshot(path=screens / "whole-result-phone.png", full_page=True)
        await reads(desk, "Well everywhere")
        await painted(desk, "#messages img")
        await calm(desk)
        await desk.screenshot(path=screens / "whole-result-chat.png")
        await desk.goto(f"{town.url}/c/local-vote")
        await painted(desk, "main img")
        await desk.screenshot(path=screens / "whole-result-desk-dark.png", full_page=True)
        await desk.goto(f"{town.url}/c")
        await desk.screenshot(path=screens / "whole-list-desk-dark.png", full_page=True)
        await context.close()
        await other.close()


async def test_another_language_a_small_screen_and_no_mouse(tmp_path: Path, browser: Browser, screens: Path) -> None:
    async with Town(tmp_path) as town:
        await town.start("--samples")
        context, page = await visit(browser, f"{town.url}/start/local-vote", viewport=SMALL)
        await button(page, tr("fr", "Yes")).wait_for()
        assert await fits(page)
        await types(page, "/langue")
        await reads(page, tr("fr", "Which language do you prefer?"))
        await button(page, "English").click()
        await reads(page, tr("en", "From now on I write in English."))
        await button(page, "Yes").wait_for()
        await calm(page)
        await page.screenshot(path=screens / "whole-small-english.png")
        await page.reload()
        await button(page, "Yes").wait_for()
        assert await page.evaluate("document.documentElement.lang") == "en"

        # The keyboard alone: Tab to a button, Enter; then the field for words.
        await press_by_keyboard(page, "Yes")
        await button(page, "In some spots only").wait_for()
        await press_by_keyboard(page, "In some spots only")
        await reads(page, "✔ In some spots only")
        await reads(page, "Where should coverage be improved first?")
        await tab_until(page, "document.activeElement.id === 'text'")
        await page.keyboard.type("roads")
        await page.keyboard.press("Enter")
        await reads(page, "✔ Along the roads")
        assert await fits(page)
        await calm(page)
        await page.screenshot(path=screens / "whole-small-keyboard.png")
        await context.close()


async def tab_until(page: Page, true: str) -> None:
    """Press Tab until an expression is true, once around the page at most."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate(true):
            return
    raise AssertionError(f"the keyboard does not reach: {true}")


async def press_by_keyboard(page: Page, name: str) -> None:
    await button(page, name).wait_for()
    await tab_until(page, f"document.activeElement.innerText?.trim() === {name!r}")
    await page.keyboard.press("Enter")
