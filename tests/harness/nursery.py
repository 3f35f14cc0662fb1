"""Forks `palabre` on demand, with everything imported already. Wishes come as JSON lines on standard input.

The one rule: nothing but imports happens before the fork, so that a child is the program as the command line starts it.
"""

import contextlib
import json
import os
import select
import signal
import sys
from importlib import import_module

import bot.cli

for name in ("bot.app", "bot.commands.register", "adapters.telegram", "adapters.web"):
    import_module(name)

children: set[int] = set()


def bear(wish: dict[str, object]) -> int:
    pid = os.fork()
    if pid:
        return pid
    log = os.open(str(wish["log"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(wish["environment"])  # type: ignore[arg-type]
    sys.argv = ["palabre", *wish["arguments"]]  # type: ignore[misc]
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        bot.cli.main()
    except SystemExit as end:
        os._exit(int(end.code or 0))
    os._exit(0)


def tell(word: str, pid: int) -> None:
    sys.stdout.write(f"{word} {pid}\n")
    sys.stdout.flush()


def bury() -> None:
    with contextlib.suppress(ChildProcessError):
        while pid := os.waitpid(-1, os.WNOHANG)[0]:
            children.discard(pid)
            tell("dead", pid)


def main() -> None:
    ears, mouth = os.pipe()
    os.set_blocking(mouth, False)
    signal.set_wakeup_fd(mouth)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    heard = b""
    while True:
        for ready in select.select([0, ears], [], [])[0]:
            if ready == ears:
                os.read(ears, 1000)
                bury()
                continue
            more = os.read(0, 100_000)
            if not more:
                for child in children:
                    os.kill(child, signal.SIGKILL)
                return
            *lines, heard = (heard + more).split(b"\n")
            for line in lines:
                pid = bear(json.loads(line))
                children.add(pid)
                tell("born", pid)


if __name__ == "__main__":
    main()
