"""Each English sentence of the Bot API -> one of the four errors."""

from typing import Any

import pytest

from adapters.base import Gone, Later, Refused, SendError, Unsure
from adapters.telegram.errors import broken, failure, is_picture, is_thread_gone, is_unchanged
from adapters.telegram.transport import Lost, NotSent, Reply


def reply(status: int, description: str = "", **parameters: int) -> Reply:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return Reply(status, body | ({"parameters": parameters} if parameters else {}))


@pytest.mark.parametrize(
    "sentence",
    [
        "Forbidden: bot was blocked by the user",
        "Forbidden: user is deactivated",
        "Forbidden: bot was kicked from the group chat",
        "Forbidden: bot was kicked from the supergroup chat",
        "Forbidden: bot is not a member of the supergroup chat",
        "Forbidden: bot is not a member of the channel chat",
        "Forbidden: bot can't initiate conversation with a user",
        "Forbidden: bot can't send messages to bots",
        "Forbidden: the group chat was deleted",
        "",
    ],
)
def test_403_is_gone(sentence: str) -> None:
    error = failure(reply(403, sentence), editing=False)
    assert isinstance(error, Gone)
    assert error.moved_to is None


@pytest.mark.parametrize(
    "sentence",
    [
        "Bad Request: chat not found",
        "Bad Request: user not found",
        "Bad Request: PEER_ID_INVALID",
        "Bad Request: the group chat was deleted",
    ],
)
def test_400_that_means_nobody_there(sentence: str) -> None:
    assert isinstance(failure(reply(400, sentence), editing=False), Gone)


def test_a_group_that_moved() -> None:
    sentence = "Bad Request: group chat was upgraded to a supergroup chat"
    error = failure(reply(400, sentence, migrate_to_chat_id=-100777), editing=False)
    assert isinstance(error, Gone)
    assert error.moved_to == "-100777"


@pytest.mark.parametrize(
    "sentence",
    [
        "Bad Request: message to edit not found",
        "Bad Request: message can't be edited",
        "Bad Request: MESSAGE_ID_INVALID",
        "Bad Request: message is too long",
        "Bad Request: message caption is too long",
        "Bad Request: message text is empty",
        'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 0',
        "Bad Request: BUTTON_DATA_INVALID",
        "Bad Request: reply markup is too long",
        "Bad Request: not enough rights to send text messages to the chat",
        "Bad Request: not enough rights to send photos to the chat",
        "Bad Request: CHAT_WRITE_FORBIDDEN",
        "Bad Request: PHOTO_INVALID_DIMENSIONS",
        "Bad Request: message thread not found",
        "Bad Request: something new",
        "",
    ],
)
def test_other_400_are_refused(sentence: str) -> None:
    assert isinstance(failure(reply(400, sentence), editing=False), Refused)


def test_413_is_refused() -> None:
    assert isinstance(failure(reply(413, "Request Entity Too Large"), editing=False), Refused)


def test_429_waits_as_told() -> None:
    error = failure(reply(429, "Too Many Requests: retry after 17", retry_after=17), editing=False)
    assert isinstance(error, Later)
    assert (error.wait, error.whole) == (17.0, False)


def test_429_without_a_number_waits_a_little() -> None:
    error = failure(reply(429, "Too Many Requests"), editing=True)
    assert isinstance(error, Later)
    assert error.wait == 1.0


@pytest.mark.parametrize(("status", "sentence"), [(401, "Unauthorized"), (404, "Not Found")])
def test_a_wrong_token_loses_nothing(status: int, sentence: str) -> None:
    error = failure(reply(status, sentence), editing=False)
    assert isinstance(error, Later)
    assert error.whole


@pytest.mark.parametrize("status", [302, 307, 500, 502, 503])
@pytest.mark.parametrize("editing", [True, False])
def test_a_broken_server_later(status: int, editing: bool) -> None:
    error = failure(reply(status, "Bad Gateway"), editing=editing)
    assert isinstance(error, Later)
    assert error.wait == 2.0


@pytest.mark.parametrize(
    ("problem", "editing", "kind"),
    [
        (NotSent("ClientConnectorError"), False, Later),
        (NotSent("ClientConnectorError"), True, Later),
        (Lost("TimeoutError"), False, Unsure),
        (Lost("ServerDisconnectedError"), True, Later),
    ],
)
def test_broken_connections(problem: NotSent | Lost, editing: bool, kind: type[SendError]) -> None:
    assert type(broken(problem, editing=editing)) is kind


@pytest.mark.parametrize("status", [200, 504])
def test_answers_that_tell_nothing(status: int) -> None:
    assert isinstance(failure(Reply(status, {}), editing=False), Unsure)
    assert isinstance(failure(Reply(status, {}), editing=True), Later)


def test_what_is_no_failure() -> None:
    same = "Bad Request: message is not modified: specified new message content and reply markup are exactly the same"
    assert is_unchanged(reply(400, same))
    assert not is_unchanged(reply(400, "Bad Request: message to edit not found"))
    assert is_picture(reply(400, "Bad Request: there is no text in the message to edit"))
    for sentence in ("message thread not found", "TOPIC_DELETED", "TOPIC_CLOSED"):
        assert is_thread_gone(reply(400, f"Bad Request: {sentence}"))
