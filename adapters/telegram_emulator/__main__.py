"""The emulator in a process of its own: `python -m adapters.telegram_emulator --port 8081 [--limits] [--token T]`.

It prints one line, `http://127.0.0.1:PORT TOKEN`, when it listens, and ends at SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from adapters.telegram_emulator.control import Control
from adapters.telegram_emulator.server import TOKEN, Emulator


async def serve(port: int, token: str, limits: bool) -> None:
    """Listen until SIGTERM or SIGINT."""
    emulator = Emulator(token=token, limits=limits)
    emulator.control = Control(emulator)
    await emulator.start(port)
    sys.stdout.write(f"{emulator.url} {token}\n")
    sys.stdout.flush()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()
    await emulator.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m adapters.telegram_emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--limits", action="store_true")
    arguments = parser.parse_args()
    work = serve(arguments.port, arguments.token, arguments.limits)
    try:
        import uvloop
    except ImportError:
        asyncio.run(work)
    else:
        uvloop.run(work)


if __name__ == "__main__":
    main()
