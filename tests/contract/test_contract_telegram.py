"""The contract of every adapter, on Telegram against the strict emulator."""

from collections.abc import AsyncIterator

import pytest

from adapters.base import Place
from adapters.telegram import TelegramAdapter, TelegramSettings, build
from adapters.telegram_emulator import Emulator
from adapters.testing import CHECKS, Check, NotApplicable, Seen, Ward

LEA = 7


class TelegramRig:
    place = Place("telegram", str(LEA))
    nowhere = Place("telegram", "999")
    redelivers = True

    def __init__(self, emulator: Emulator, *, rate_limits: bool) -> None:
        self.emulator = emulator
        self.secrets = (emulator.token, emulator.token.partition(":")[2])
        self.lea = emulator.citizen(LEA).known()
        self.adapters: list[TelegramAdapter] = []
        self._rate_limits = rate_limits

    def adapter(self) -> TelegramAdapter:
        settings = TelegramSettings(
            token=self.emulator.token,
            base_url=self.emulator.url,
            rate_limits=self._rate_limits,
            back_off=(0.01, 0.1),
            retry=(0.01, 0.1),
        )
        self.adapters.append(build(settings, menu={"": {"start": "Begin"}, "fr": {"start": "Commencer"}}))
        return self.adapters[-1]

    async def say(self, text: str) -> None:
        self.lea.say(text)

    async def press(self, label: str) -> None:
        self.lea.press(label)

    async def share(self) -> None:
        self.lea.share("photo", caption="a pothole")

    async def send_photo(self, data: bytes) -> None:
        self.lea.send_photo(data, sides=(90, 320, 800, 1280, 2560))

    async def group(self) -> Place:
        self.quarter = self.emulator.group(-1001234567890, admin=True)
        self.tom = self.emulator.citizen(8, "Tom")
        return Place("telegram", str(self.quarter.id))

    async def talk(self, text: str) -> tuple[str, str]:
        self.said = self.tom.say(text, group=self.quarter)
        return str(self.said), "8"

    async def ward(self) -> Ward:
        return Ward(there=self.said in self.quarter.chat.messages, may_speak=self.tom.may_write(self.quarter))

    async def screen(self) -> list[Seen]:
        return [Seen(one.text, tuple(one.labels)) for one in self.lea.screen()]


@pytest.fixture
async def rig() -> AsyncIterator[TelegramRig]:
    async with Emulator() as emulator:
        rig = TelegramRig(emulator, rate_limits=False)
        yield rig
        for adapter in rig.adapters:
            await adapter.close()


@pytest.fixture
async def hurried_rig() -> AsyncIterator[TelegramRig]:
    """Telegram that answers 429 to haste."""
    async with Emulator(limits=True) as emulator:
        rig = TelegramRig(emulator, rate_limits=True)
        yield rig
        assert emulator.too_fast == 0
        for adapter in rig.adapters:
            await adapter.close()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_telegram(check: Check, rig: TelegramRig) -> None:
    try:
        await check(rig)
    except NotApplicable as reason:
        pytest.skip(str(reason))


async def test_the_declared_speed_is_never_refused(hurried_rig: TelegramRig) -> None:
    check = next(check for check in CHECKS if check.__name__ == "declared_limits_are_enough")
    await check(hurried_rig)
