"""What all tests share: the harness on the path, and long runs only when asked for."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "harness"))

from postgres import empty_file as empty_file
from postgres import kind as kind
from postgres import postgresql as postgresql
from postgres import server as server


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update` rewrites what the bot says in tests/transcripts; the diff is the review."""
    parser.addoption("--update", action="store_true", help="rewrite the bot's lines in the transcripts")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("PALABRE_SOAK"):
        return
    for item in items:
        if item.get_closest_marker("soak"):
            item.add_marker(pytest.mark.skip(reason="a long run: make soak"))
