"""A poll in a group, from the line an administrator types to the result, with the limits of the real Telegram on."""

from __future__ import annotations

import json
import random
import re
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

from running import Town, until

from adapters.telegram_emulator import Citizen, Emulator, Group, Shown
from locales import tr

GROUP, OTHER = -1001234567890, -1009876543210
VOTERS = 300
DAYS = ("mardi", "jeudi", "samedi")


async def card_in(group: Group, button: str = "mardi") -> Shown:
    """The newest message with this button in a group."""

    def found() -> Shown | None:
        return next((one for one in reversed(group.screen()) if button in one.labels), None)

    shown = await until(found, lambda: f"a card in {[one.text for one in group.screen()]}")
    assert isinstance(shown, Shown)
    return shown


async def launched(telegram: Emulator, line: str, *, by: Citizen, group: Group) -> Shown:
    """Type a line in the group and publish what comes of it; the card."""
    by.say(line, group=group)
    label = tr("fr", "Publish")
    await until(lambda: any(label in one.labels for one in group.screen()), lambda: f"a preview {by.texts(group)}")
    by.press(label, group=group)
    return await card_in(group)


def tally_of(card: Shown) -> Counter[str]:
    """The numbers that a card shows."""
    lines = card.text.split("\n")
    return Counter(
        {
            name.removeprefix("• "): int(found[1])
            for name, bar in pairwise(lines)
            if (found := re.search(r"[▰▱]+ (\d+)", bar))
        }
    )


async def test_three_hundred_voters_in_two_groups_and_one_tally(tmp_path: Path) -> None:
    """Everybody presses about twice and some take their vote back: each counts once, the tally moves at most once in
    three seconds in each group, and no limit of the platform is ever hit."""
    chance = random.Random(3)
    async with (
        Emulator(limits=True) as telegram,
        Town(tmp_path, telegram=telegram, TELEGRAM__RATE_LIMITS="true") as town,
    ):
        edits: dict[int, list[float]] = {GROUP: [], OTHER: []}
        group, other = telegram.group(GROUP, "Quartier"), telegram.group(OTHER, "Voisins")
        chief = telegram.citizen(1, "Chef", "fr")
        group.appoint(chief)
        other.appoint(chief)
        await town.start()
        card = await launched(telegram, "/sondage Quel jour ? | mardi | jeudi | samedi", by=chief, group=group)
        chief.say("/partager quel-jour", group=other)
        twin = await card_in(other)
        cards = {GROUP: card, OTHER: twin}

        def shown(one: Shown) -> None:
            if one is cards.get(one.chat.id):
                edits[one.chat.id].append(time.monotonic())

        telegram.world.on_shown = shown

        ballots: dict[int, str] = {}
        people = [telegram.citizen(100 + n, f"P{n}", "fr") for n in range(VOTERS)]
        for citizen in people * 2:
            where = cards[chance.choice((GROUP, OTHER))]
            if citizen.id in ballots and chance.random() < 0.1:
                citizen.press_data("v.quel-jour.out", where)
                del ballots[citizen.id]
            else:
                at = chance.randrange(3)
                citizen.press_data(f"v.quel-jour.{at}", where)
                ballots[citizen.id] = DAYS[at]
            await until(lambda: telegram.unconfirmed < 50)

        wanted = Counter(ballots.values())
        for one in cards.values():
            await until(lambda one=one: tally_of(one) == wanted, lambda one=one: f"{wanted} on the card {one.text}")
        assert all(len(citizen.notes) == 2 for citizen in people), "each press was answered, to its presser"
        assert not any(citizen.screen() for citizen in people), "nobody is written to in private"
        assert telegram.too_fast == 0, "no limit was hit"
        for times in edits.values():
            assert times, "the tally moved"
            assert all(later - earlier >= 2.9 for earlier, later in pairwise(times))

        await town.palabre("close", "quel-jour")
        for one in cards.values():
            await until(lambda one=one: not one.labels, "a closed card has no buttons")
        await until(lambda: town.value("SELECT state FROM consultations WHERE id = 'quel-jour'") == "closed", "counted")
        result = json.loads(await town.palabre("results", "quel-jour", "--json"))
        (question,) = result["questions"]
        assert Counter({row["label"]["fr"]: row["count"] for row in question["rows"]}) == wanted
        assert telegram.too_fast == 0


async def test_members_cannot_launch_and_unnamed_administrators_are_told_how(tmp_path: Path) -> None:
    async with Emulator() as telegram, Town(tmp_path, telegram=telegram) as town:
        group = telegram.group(GROUP, "Quartier")
        member = telegram.citizen(2, "Membre", "fr")
        await town.start()
        member.say("/sondage Quel jour ? | mardi | jeudi", group=group)
        denied = tr("fr", "Only the administrators of this group can launch a poll here.")
        await until(lambda: denied in member.texts(group), lambda: str(member.texts(group)))
        member.say_unnamed("/sondage Quel jour ? | mardi | jeudi", group)
        await until(lambda: "t.me/palabre_bot" in str(group.screen()[-1].buttons), lambda: str(member.texts(group)))
        assert "quel-jour" not in await town.palabre("list")


async def test_only_its_maker_publishes_and_a_confidential_poll_is_answered_in_private(tmp_path: Path) -> None:
    async with Emulator() as telegram, Town(tmp_path, telegram=telegram) as town:
        group = telegram.group(GROUP, "Quartier")
        chief, member = telegram.citizen(1, "Chef", "fr"), telegram.citizen(2, "Membre", "fr")
        group.appoint(chief)
        await town.start()
        chief.say("/sondage Qui préside ? | Anne | Paul | confidentiel", group=group)
        label = tr("fr", "Publish")
        await until(lambda: any(label in one.labels for one in group.screen()), lambda: str(chief.texts(group)))
        member.press(label, group=group)
        await until(lambda: member.notes, "the member reads why not")
        chief.press(label, group=group)
        card = await card_in(group, tr("fr", "Answer in private"))
        assert [button["url"] for button in card.buttons] == ["https://t.me/palabre_bot?start=qui-preside"]
        member.press_data("v.qui-preside.0", card)
        await until(lambda: len(member.notes) > 1, "a forged press is answered")
        member.say("/start qui-preside")
        await until(lambda: "Anne" in str([one.labels for one in member.screen()]), lambda: str(member.texts()))
        member.press("Anne")
        await until(lambda: tr("fr", "{n} person has taken part.").split()[-1] and "1" in card.text, "the card counts")
        assert "Anne" not in card.text, "nothing is told before the closing"


async def test_a_native_poll_is_taken_over(tmp_path: Path) -> None:
    async with Emulator() as telegram, Town(tmp_path, telegram=telegram) as town:
        group = telegram.group(GROUP, "Quartier")
        chief = telegram.citizen(1, "Chef", "fr")
        group.appoint(chief)
        await town.start()
        native = chief.post_poll("Quel repas ?", "Couscous", "Paella", several=True, group=group)
        chief.say("/sondage", group=group, reply_to=native)
        label = tr("fr", "Publish")
        await until(lambda: any(label in one.labels for one in group.screen()), lambda: str(chief.texts(group)))
        chief.press(label, group=group)
        card = await card_in(group, "Couscous")
        assert "Paella" in card.labels
        chief.press_data("v.quel-repas.0", card)
        chief.press_data("v.quel-repas.1", card)
        await until(lambda: "Couscous, Paella" in str(chief.notes), lambda: str(chief.notes))


async def test_people_add_choices_by_answering_the_card(tmp_path: Path) -> None:
    async with Emulator() as telegram, Town(tmp_path, telegram=telegram) as town:
        group = telegram.group(GROUP, "Quartier")
        chief, member = telegram.citizen(1, "Chef", "fr"), telegram.citizen(2, "Membre", "fr")
        group.appoint(chief)
        await town.start()
        card = await launched(telegram, "/sondage Quel jour ? | mardi | jeudi | ajouter", by=chief, group=group)
        chief.press("mardi", group=group)
        member.say("vendredi soir", group=group, reply_to=card.id)
        await until(lambda: "vendredi soir" in card.labels, lambda: str(card.labels))
        member.press("vendredi soir", group=group)
        await until(lambda: tally_of(card) == Counter({"mardi": 1, "vendredi soir": 1, "jeudi": 0}), lambda: card.text)
        member.say("Vendredi  SOIR", group=group, reply_to=card.id)
        said = tr("fr", "Your vote stands: {answer}.", answer="vendredi soir")
        await until(lambda: said in member.texts(group), lambda: str(member.texts(group)))
        assert card.labels.count("vendredi soir") == 1
        chief.say("/ajouter quel-jour VENDREDI SOIR", group=group)
        said = tr("fr", "“{choice}” is on the list already: you can vote for it.", choice="vendredi soir")
        await until(lambda: said in member.texts(group), lambda: str(member.texts(group)))
