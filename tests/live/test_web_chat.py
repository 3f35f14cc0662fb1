"""The chat page and the public pages in a real browser, with pictures in build/screens to look at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from adapters.base import Outgoing, Part
from flows.messages import Button, paragraph
from locales import tr

Town = Any  # tests/live/conftest.py

expect.set_options(timeout=10_000)


async def visit(browser: Browser, url: str, **how: Any) -> tuple[BrowserContext, Page]:
    """A new person with a browser of their own, who accepts no mistake in it."""
    how = {"locale": "fr-FR", "viewport": {"width": 390, "height": 844}, "device_scale_factor": 2} | how
    context = await browser.new_context(**how)
    page = await context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    page.on("console", lambda said: said.type == "error" and "ERR_" not in said.text and print("console:", said.text))
    await page.goto(url)
    return context, page


async def connected(page: Page) -> None:
    await expect(page.locator("#state")).to_have_attribute("data-state", "connected")


def button(page: Page, name: str) -> Any:
    return page.locator("#messages").get_by_role("button", name=name, exact=True)


async def bubbles(page: Page) -> list[str]:
    return [text.strip() for text in await page.locator("#messages .bubble").all_inner_texts()]


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.02)


async def settle(page: Page) -> None:
    """Wait for animations, for a calm picture."""
    await page.wait_for_timeout(400)


async def test_a_first_visit_says_nothing_by_itself_and_offers_what_is_open(
    town: Town, browser: Browser, screens: Path
) -> None:
    _, page = await visit(browser, town.url)
    await connected(page)
    await expect(page.locator(".card")).to_have_count(2)
    await expect(page.locator("#send")).to_be_disabled()
    await page.screenshot(path=screens / "welcome-phone.png")
    assert not town.road.stored


async def test_answers_by_press_and_by_typing_survive_a_reload(town: Town, browser: Browser, screens: Path) -> None:
    _, page = await visit(browser, town.url)
    await connected(page)
    await page.locator(".card").first.click()
    await button(page, "En bus").wait_for()
    await settle(page)
    await page.screenshot(path=screens / "question-phone.png")
    await expect(page.locator("#newer")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollTop + document.body.scrollTop") == 0

    await page.fill("#text", "2")
    await page.keyboard.press("Enter")
    await expect(page.locator("#messages")).to_contain_text("✔ En bus")
    await expect(button(page, "En bus")).to_have_count(0)

    await button(page, "Le danger").click()
    await expect(button(page, "Le danger")).to_have_attribute("aria-pressed", "true")
    await button(page, "La distance").click()
    await expect(button(page, "La distance")).to_have_attribute("aria-pressed", "true")
    await settle(page)
    await page.screenshot(path=screens / "several-phone.png")
    await button(page, "J'ai fini").click()
    await expect(page.locator("#messages img")).to_be_visible()
    await page.locator("summary").click()
    await expect(page.get_by_text("À vélo 12, en bus 30, en voiture 7.")).to_be_visible()
    await settle(page)
    await page.screenshot(path=screens / "thanks-phone.png")

    before = await bubbles(page)
    await page.reload()
    await connected(page)
    await expect(page.locator("#messages img")).to_be_visible()
    await page.locator("summary").click()
    assert await bubbles(page) == before
    assert town.road.texts == ["/start mobilite", "2", "barrier.danger", "barrier.distance", "barrier.done"]


async def test_a_long_message_is_read_from_its_first_line(town: Town, browser: Browser) -> None:
    _, page = await visit(browser, town.url, reduced_motion="reduce")
    await connected(page)
    await page.fill("#text", "bonjour")
    await page.keyboard.press("Enter")
    await expect(page.locator(".turn.bot")).to_have_count(1)
    await page.fill("#text", "/long")
    await page.keyboard.press("Enter")
    await expect(page.locator(".turn.bot")).to_have_count(3)
    await settle(page)
    in_sight = "(it) => it.getBoundingClientRect().top - document.getElementById('log').getBoundingClientRect().top"
    first = page.get_by_text("Paragraphe 0,")
    assert 0 < await first.evaluate(in_sight) < 100
    # The next question does not pull a reader up or down; writing goes to the end.
    await page.mouse.move(200, 400)
    await page.mouse.wheel(0, 300)
    await settle(page)
    assert -320 < await first.evaluate(in_sight) < -150
    await page.fill("#text", "encore")
    await page.keyboard.press("Enter")
    await expect(page.locator(".turn.bot").last).to_be_in_viewport()
    # Reading further up, nothing moves, and a button says that there is more.
    await page.mouse.wheel(0, -1200)
    await settle(page)
    place = await page.evaluate("document.getElementById('log').scrollTop")
    assert town.adapter
    item = list(town.road.stored.values())[-1]
    await town.adapter.send(Outgoing(key="later", place=item.place, part=Part(body=(paragraph("Un rappel."),))))
    await page.locator("#newer").click()
    await expect(page.get_by_text("Un rappel.")).to_be_in_viewport()
    assert place < await page.evaluate("document.getElementById('log').scrollTop")


async def test_the_address_of_a_consultation_starts_it_once(town: Town, browser: Browser) -> None:
    _, page = await visit(browser, f"{town.url}/start/mobilite")
    await button(page, "En bus").wait_for()
    assert page.url == f"{town.url}/"
    await page.reload()
    await button(page, "En bus").wait_for()
    await page.goto(f"{town.url}/?start=mobilite")
    await expect(button(page, "En bus")).to_have_count(2)
    assert town.road.texts == ["/start mobilite", "/start mobilite"]


async def test_a_restart_of_the_service_loses_and_repeats_nothing(town: Town, browser: Browser, screens: Path) -> None:
    _, page = await visit(browser, f"{town.url}/start/mobilite")
    await button(page, "En bus").wait_for()
    await town.stop()
    await expect(page.locator("#state")).to_have_text(tr("fr", "Reconnecting…"))

    await page.fill("#text", "1")
    await page.keyboard.press("Enter")
    await expect(page.locator(".turn.mine.waiting")).to_have_count(1)
    await expect(page.locator(".fate")).to_have_count(1)
    await page.wait_for_timeout(5200)
    await page.screenshot(path=screens / "reconnecting-phone.png")
    await town.start()
    await connected(page)
    await expect(page.locator("#messages")).to_contain_text("✔ À vélo")
    await expect(page.locator(".waiting, .fate")).to_have_count(0)
    shown = await bubbles(page)
    assert len(set(shown)) == len(shown) == 4
    assert town.road.texts == ["/start mobilite", "1"]
    await page.reload()
    await connected(page)
    await expect(page.locator("#messages .bubble")).to_have_count(4)
    assert await bubbles(page) == shown


async def test_what_waits_is_kept_over_a_reload_and_counts_once(town: Town, browser: Browser) -> None:
    _, page = await visit(browser, town.url)
    await connected(page)
    await town.stop()
    await town.start(thinking=False)
    await connected(page)
    await page.fill("#text", "bonjour")
    await page.keyboard.press("Enter")
    await expect(page.locator(".turn.mine.waiting")).to_have_count(1)
    await page.reload()
    await connected(page)
    await expect(page.locator(".turn.mine.waiting")).to_have_count(1)
    assert not town.road.stored
    town.think()
    await expect(page.locator("#messages")).to_contain_text("Vous avez écrit : bonjour")
    await expect(page.locator(".waiting")).to_have_count(0)
    assert town.road.texts == ["bonjour"]
    await expect(page.locator(".turn.mine")).to_have_count(1)


async def test_a_cut_line_shows_in_words_and_heals(town: Town, browser: Browser) -> None:
    context, page = await visit(browser, f"{town.url}/start/mobilite")
    await button(page, "En bus").wait_for()
    await context.set_offline(True)
    await expect(page.locator("#state")).to_have_attribute("data-state", "reconnecting")
    await button(page, "En bus").click()
    await expect(page.locator(".choice.busy")).to_have_count(1)
    await context.set_offline(False)
    await connected(page)
    await expect(page.locator("#messages")).to_contain_text("✔ En bus")
    assert town.road.texts == ["/start mobilite", "way.bus"]


async def test_two_tabs_of_one_person_show_the_same(town: Town, browser: Browser) -> None:
    context, first = await visit(browser, f"{town.url}/start/mobilite")
    await button(first, "En bus").wait_for()
    second = await context.new_page()
    await second.goto(town.url)
    await button(second, "En bus").click()
    for page in (first, second):
        await expect(page.locator("#messages")).to_contain_text("✔ En bus")
        await button(page, "Le danger").wait_for()
    assert await bubbles(first) == await bubbles(second)
    await first.fill("#text", "depuis le premier")
    await first.keyboard.press("Enter")
    await expect(second.locator(".turn.mine")).to_contain_text("depuis le premier")
    # Another person sees nothing of it.
    _, stranger = await visit(browser, town.url)
    await connected(stranger)
    assert await bubbles(stranger) == []


async def test_all_of_it_with_the_keyboard_alone(town: Town, browser: Browser) -> None:
    _, page = await visit(browser, town.url)
    await connected(page)

    async def tab_to(name: str) -> None:
        for _ in range(25):
            await page.keyboard.press("Tab")
            focused = "document.activeElement.textContent + (document.activeElement.getAttribute('aria-label') || '')"
            if name in await page.evaluate(focused) and await page.evaluate(
                "document.activeElement.matches('a, button, textarea')"
            ):
                outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", f"no visible focus on {name}"
                return
        pytest.fail(f"Tab does not reach {name!r}")

    await tab_to("Se déplacer demain")
    await page.keyboard.press("Enter")
    await button(page, "En bus").wait_for()
    await tab_to("En voiture")
    await page.keyboard.press("Enter")
    await expect(page.locator("#messages")).to_contain_text("✔ En voiture")
    # The keyboard went away with the edit; the focus stays where it was, so that Tab goes on to the next question.
    await tab_to("Le danger")
    await page.keyboard.press("Space")
    await expect(button(page, "Le danger")).to_have_attribute("aria-pressed", "true")
    await expect(button(page, "Le danger")).to_be_focused()
    await tab_to("J'ai fini")
    await page.keyboard.press("Enter")
    await expect(page.locator("#messages img")).to_be_visible()
    assert town.road.texts == ["/start mobilite", "way.voiture", "barrier.danger", "barrier.done"]


async def test_an_old_button_gets_a_word_and_nothing_else(town: Town, browser: Browser) -> None:
    context, page = await visit(browser, f"{town.url}/start/mobilite")
    await button(page, "En bus").wait_for()
    await page.goto(f"{town.url}/start/mobilite")
    await expect(button(page, "En bus")).to_have_count(2)
    await button(page, "En bus").last.click()
    await expect(page.locator("#messages")).to_contain_text("✔ En bus")
    await button(page, "En bus").click()
    await expect(page.locator("#toast")).to_have_text("Cette question est déjà passée.")
    await expect(page.locator(".choice.busy")).to_have_count(0)
    await expect(page.locator(".choice.picked")).to_have_count(0)  # it was refused: no tick
    await page.reload()
    await expect(button(page, "En bus")).to_have_count(1)
    await expect(page.locator(".choice.picked")).to_have_count(0)
    await context.close()


async def test_a_press_that_is_answered_keeps_its_tick(town: Town, browser: Browser, screens: Path) -> None:
    context, page = await visit(browser, town.url)
    await connected(page)
    place = town.adapter.place
    rows = ((Button(label="La première", data="echo.1"),), (Button(label="La seconde", data="echo.2", quiet=True),))
    await page.locator("textarea").fill("Bonjour")
    await page.keyboard.press("Enter")
    await expect(page.locator("#messages")).to_contain_text("Vous avez écrit")
    (person,) = {item.person for item in town.road.stored.values()}
    await town.adapter.send(
        Outgoing(key="menu", place=place(person), part=Part(body=(paragraph("Laquelle ?"),), rows=rows))
    )
    await button(page, "La première").click()
    await expect(page.locator(".choice.picked")).to_have_text("La première")
    await settle(page)
    await page.screenshot(path=screens / "chat-picked.png")
    await context.close()


async def test_nothing_that_is_typed_becomes_markup(town: Town, browser: Browser) -> None:
    _, page = await visit(browser, town.url)
    await connected(page)
    nasty = "<img src=x onerror=alert(1)> **gras** \u202e à l'envers \u200b " + "é" * 300 + " 🙂" * 200
    await page.fill("#text", nasty)
    await page.keyboard.press("Enter")
    await expect(page.locator(".turn.bot")).to_contain_text("<img src=x")
    await expect(page.locator("#messages img, #messages strong")).to_have_count(0)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_an_empty_message_cannot_be_sent(town: Town, browser: Browser) -> None:
    _, page = await visit(browser, town.url)
    await connected(page)
    await page.fill("#text", "   \n ")
    await expect(page.locator("#send")).to_be_disabled()
    await page.keyboard.press("Enter")
    await page.fill("#text", "un mot")
    await page.locator("#send").click()
    await expect(page.locator(".turn.bot")).to_contain_text("un mot")
    assert town.road.texts == ["un mot"]


async def test_a_message_too_long_comes_back_to_its_writer(town: Town, browser: Browser) -> None:
    _, page = await visit(browser, town.url)
    await connected(page)
    await page.fill("#text", "trop " * 20_000)
    await page.locator("#send").click()
    await expect(page.locator(".turn.mine.failed")).to_have_count(1)
    await expect(page.locator("#toast")).not_to_be_empty()
    assert len(await page.input_value("#text")) > 90_000
    assert not town.road.stored


@pytest.mark.parametrize("path", ["/start/mobilite", "/", "/c", "/c/ecole", "/c/mobilite"])
async def test_a_narrow_screen_holds_everything_in_reach(
    town: Town, browser: Browser, path: str, screens: Path
) -> None:
    _, page = await visit(browser, town.url + path, viewport={"width": 320, "height": 568})
    if path.startswith("/start"):
        await button(page, "En bus").wait_for()
        await button(page, "En bus").click()
        await button(page, "Le danger").wait_for()
        await settle(page)
    await page.screenshot(path=screens / f"narrow{path.replace('/', '-')}.png")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = await page.evaluate(
        """[...document.querySelectorAll('button, textarea, a:not(.skip), summary')].filter((it) => {
             const box = it.getBoundingClientRect();
             return box.width && !it.closest('.bubble p') && (box.height < 44 || box.width < 44);
           }).map((it) => it.outerHTML.slice(0, 80))"""
    )
    assert small == []


CONTRAST = """() => {
  const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = (color) => {
    paint.clearRect(0, 0, 1, 1); paint.fillStyle = color; paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = (it) => {
    for (; it; it = it.parentElement) {
      const color = rgb(getComputedStyle(it).backgroundColor);
      if (color[3] > 250) return color;
    }
    return [255, 255, 255];
  };
  const weak = [];
  for (const it of document.querySelectorAll('body *')) {
    const own = [...it.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || it.disabled || it.matches('.sr, .skip, script, noscript') || !it.getClientRects().length) continue;
    const [a, b] = [light(rgb(getComputedStyle(it).color)), light(ground(it))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) weak.push(`${ratio.toFixed(2)} ${it.tagName}.${it.className}: ${it.textContent.slice(0, 40)}`);
  }
  return weak;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_both_lights_can_be_read(town: Town, browser: Browser, scheme: str, screens: Path) -> None:
    how: dict[str, Any] = {"color_scheme": scheme, "viewport": {"width": 1280, "height": 800}, "device_scale_factor": 1}
    context, page = await visit(browser, f"{town.url}/start/mobilite", **how)
    await button(page, "En bus").wait_for()
    assert await page.evaluate(CONTRAST) == []
    await button(page, "En bus").click()
    await button(page, "Le danger").click()
    await expect(button(page, "Le danger")).to_have_attribute("aria-pressed", "true")
    await page.fill("#text", "Il manque une piste cyclable avenue de la Gare.")
    await page.keyboard.press("Enter")
    await expect(page.locator(".turn.bot").last).to_contain_text("avenue de la Gare")
    await settle(page)
    assert await page.evaluate(CONTRAST) == []
    await page.screenshot(path=screens / f"desktop-{scheme}.png")
    grounds = {"light": "rgb(251, 248, 243)", "dark": "rgb(20, 25, 26)"}
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == grounds[scheme]
    for path, name in (("/c", "list"), ("/c/ecole", "result"), ("/c/mobilite", "open")):
        await page.goto(town.url + path)
        await page.locator("h1").wait_for()
        assert await page.evaluate(CONTRAST) == []
        await page.screenshot(path=screens / f"{name}-{scheme}.png", full_page=True)
    await context.close()
    _, phone = await visit(browser, f"{town.url}/start/mobilite", color_scheme=scheme)
    await button(phone, "En bus").wait_for()
    await settle(phone)
    await phone.screenshot(path=screens / f"phone-{scheme}.png")
    await phone.goto(f"{town.url}/c/ecole")
    await phone.screenshot(path=screens / f"result-phone-{scheme}.png", full_page=True)


async def test_the_result_page_leads_to_the_chat_and_to_paper(town: Town, browser: Browser, screens: Path) -> None:
    _, page = await visit(browser, f"{town.url}/c/mobilite")
    await page.locator(".act .button").click()
    await button(page, "En bus").wait_for()
    await page.goto(f"{town.url}/c/ecole")
    assert await page.locator("h1").inner_text() == "La rue de l'École <b>sans voitures</b>\u00a0?"
    await page.emulate_media(media="print")
    await page.set_viewport_size({"width": 800, "height": 1100})
    await page.screenshot(path=screens / "result-print.png", full_page=True)
    await expect(page.locator(".downloads")).to_be_hidden()


async def test_no_page_breaks_its_own_policy_or_asks_elsewhere(town: Town, browser: Browser) -> None:
    context = await browser.new_context(locale="fr-FR")
    page = await context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    for path in ("/", "/c", "/c/ecole", "/c/mobilite"):
        await page.goto(town.url + path, wait_until="load")
    await page.goto(f"{town.url}/start/mobilite")
    await button(page, "En bus").wait_for()
    assert complaints == []
    assert all(url.startswith(town.url) for url in asked)


async def test_less_motion_where_people_ask_for_it(town: Town, browser: Browser) -> None:
    _, page = await visit(browser, f"{town.url}/start/mobilite", reduced_motion="reduce")
    await button(page, "En bus").wait_for()
    moving = "[...document.querySelectorAll('*')].filter((it) => getComputedStyle(it).animationName !== 'none').length"
    assert await page.evaluate(moving) == 0
