"""Raw updates -> what happened."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import Inbound, Place
from adapters.telegram.reading import Malformed, Me, callback_id, read
from flows.events import Blocked, Moved, Overheard, Pressed, Returned, Said, Shared

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SENT = datetime(2026, 3, 2, 8, 59, 58, tzinfo=UTC)
DATE = int(SENT.timestamp())
ME = Me(4242, "palabre_bot")
LEA = {"id": 7, "is_bot": False, "first_name": "Léa", "language_code": "fr"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Léa"}
GROUP = {"id": -100123, "type": "supergroup", "title": "Quartier", "is_forum": True}
OURS = {"message_id": 3, "from": {"id": 4242, "is_bot": True}, "chat": GROUP, "date": DATE, "text": "?"}
THEIRS = {"message_id": 4, "from": {"id": 8, "is_bot": False}, "chat": GROUP, "date": DATE, "text": "!"}


def message(chat: dict[str, Any] = PRIVATE, **fields: Any) -> dict[str, Any]:
    return {"update_id": 100, "message": {"message_id": 5, "from": LEA, "chat": chat, "date": DATE, **fields}}


def member(before: dict[str, Any] | None, after: dict[str, Any], chat: dict[str, Any] = PRIVATE) -> dict[str, Any]:
    change = {"chat": chat, "from": LEA, "date": DATE, "new_chat_member": after}
    return {"update_id": 100, "my_chat_member": change | ({"old_chat_member": before} if before else {})}


def press(**fields: Any) -> dict[str, Any]:
    query = {"id": "900", "from": LEA, "message": {"message_id": 5, "chat": PRIVATE, "date": 0}, "data": "x", **fields}
    return {"update_id": 100, "callback_query": {name: value for name, value in query.items() if value is not None}}


def seen(update: dict[str, Any]) -> Inbound | None:
    return read(update, ME, "telegram", NOW)


def event(update: dict[str, Any]) -> object:
    item = seen(update)
    return item.event if item else None


def test_a_private_message() -> None:
    assert seen(message(text="bonjour")) == Inbound(
        key="100",
        place=Place("telegram", "7"),
        person="7",
        event=Said(at=SENT, text="bonjour"),
        private=True,
        locale="fr",
    )


def test_a_deep_link_stays_as_said() -> None:
    assert event(message(text="/start mobilite")) == Said(at=SENT, text="/start mobilite")


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("/poll what?", "/poll what?"),
        ("/poll@palabre_bot what?", "/poll what?"),
        ("/poll@Palabre_Bot", "/poll"),
        ("/poll@other_bot what?", None),
    ],
)
def test_in_groups_only_commands_for_us(text: str, heard: str | None) -> None:
    assert event(message(GROUP, text=text)) == (Said(at=SENT, text=heard) if heard else None)


def test_in_groups_replies_to_us_are_heard_and_others_not() -> None:
    assert event(message(GROUP, text="oui", reply_to_message=OURS)) == Said(at=SENT, text="oui", reply_to="3")
    heard = Overheard(at=SENT, text="oui", ref="5")
    assert event(message(GROUP, text="oui", reply_to_message=THEIRS)) == heard
    assert event(message(GROUP, photo=[{}], reply_to_message=OURS)) == Shared(at=SENT, what="photo")
    assert event(message(GROUP, photo=[{}])) is None


def test_talk_among_the_members_of_a_group_is_overheard() -> None:
    assert event(message(GROUP, text="bonjour à tous")) == Overheard(at=SENT, text="bonjour à tous", ref="5")
    assert event(message(GROUP, photo=[{}], caption="regardez")) == Overheard(at=SENT, text="regardez", ref="5")
    assert event(message(GROUP, text="   ")) is None
    assert event(message(GROUP, sticker={})) is None


def test_an_edit_in_a_group_is_overheard_with_the_message_that_it_changes() -> None:
    edited = message(GROUP, text="bonjour !", edit_date=DATE + 60)["message"]
    found = event({"update_id": 100, "edited_message": edited})
    assert found == Overheard(at=SENT + timedelta(seconds=60), text="bonjour !", ref="5", edited=True)
    for nobody in ({"sender_chat": GROUP}, {"from": {"id": 9, "is_bot": True}}, {"from": {"id": 777000}}):
        assert seen({"update_id": 100, "edited_message": edited | nobody}) is None


def test_a_command_brings_along_the_message_of_somebody_else_that_it_answers() -> None:
    def quoted(**original: Any) -> tuple[str, ...]:
        found = event(message(GROUP, text="/report", reply_to_message=THEIRS | original))
        assert isinstance(found, Said)
        assert found.reply_to is None
        return found.quoted

    assert quoted() == ("4", "8", "!")
    assert quoted(sender_chat=GROUP) == ("4", "", "!")
    assert quoted(**{"from": {"id": 136817688, "is_bot": True}}) == ("4", "", "!")
    assert quoted(message_id="four") == ()
    assert quoted(text=5) == ()
    ours = event(message(GROUP, text="/report", reply_to_message=OURS))
    assert ours == Said(at=SENT, text="/report", reply_to="3")
    picture = {"message_id": 4, "from": {"id": 8}, "photo": [{}], "caption": "vendu"}
    found = event(message(GROUP, text="/report", reply_to_message=picture))
    assert isinstance(found, Said)
    assert found.quoted == ("4", "8", "vendu")


def test_a_photo_is_told_with_the_largest_size_that_is_large_enough() -> None:
    sizes = [{"file_id": f"s{side}", "width": side, "height": side * 3 // 4} for side in (90, 320, 800, 1280, 2560)]
    found = event(message(photo=sizes, caption="le trou"))
    assert found == Shared(at=SENT, what="photo", text="le trou", ref="telegram:s1280")
    assert event(message(photo=sizes[:2])) == Shared(at=SENT, what="photo", ref="telegram:s320")
    assert event(message(photo=sizes[4:])) == Shared(at=SENT, what="photo", ref="telegram:s2560")


@pytest.mark.parametrize(
    "sizes", [[], [{}], {}, "x", [{"width": 1}], [{"file_id": "x" * 400, "width": 1, "height": 1}], [None], 7]
)
def test_a_photo_without_a_size_is_still_a_photo(sizes: Any) -> None:
    assert event(message(photo=sizes)) == Shared(at=SENT, what="photo")


def test_a_photo_sent_as_a_file_is_a_photo() -> None:
    file = {"file_id": "f1", "mime_type": "image/jpeg", "file_size": 4_000_000}
    assert event(message(document=file)) == Shared(at=SENT, what="photo", ref="telegram:f1")
    assert event(message(document=file | {"file_size": 40_000_000})) == Shared(at=SENT, what="document")
    assert event(message(document=file | {"mime_type": "image/svg+xml"})) == Shared(at=SENT, what="document")


@pytest.mark.parametrize(
    ("lat", "lon", "spot"),
    [
        (48.856613, 2.352222, "48.85661,2.35222"),
        (-90, 180.0, "-90.00000,180.00000"),
        (91, 0, ""),
        (float("nan"), 0, ""),
        ("nord", 0, ""),
        (None, None, ""),
    ],
)
def test_a_place_is_told_when_it_is_on_earth(lat: Any, lon: Any, spot: str) -> None:
    where = {"latitude": lat, "longitude": lon}
    assert event(message(location=where)) == Shared(at=SENT, what="location", spot=spot)
    assert event(message(venue={}, location=where)) == Shared(at=SENT, what="location", spot=spot)


def test_the_creation_of_a_topic_is_not_a_message_of_ours() -> None:
    topic = OURS | {"forum_topic_created": {"name": "Vélo"}}
    assert event(message(GROUP, text="oui", reply_to_message=topic)) == Overheard(at=SENT, text="oui", ref="5")
    assert event(message(GROUP, text="/report", reply_to_message=topic)) == Said(at=SENT, text="/report")


@pytest.mark.parametrize(
    ("fields", "thread"),
    [
        ({"message_thread_id": 12, "is_topic_message": True}, "12"),
        ({"message_thread_id": 1, "is_topic_message": True}, None),
        ({"message_thread_id": 12}, None),  # a reply thread outside forums
        ({}, None),
    ],
)
def test_forum_topics_are_kept_and_general_is_left_out(fields: dict[str, Any], thread: str | None) -> None:
    item = seen(message(GROUP, text="/help", **fields))
    assert item is not None
    assert item.place == Place("telegram", "-100123", thread)
    assert not item.private


@pytest.mark.parametrize(
    ("field", "what"),
    [
        ("photo", "photo"),
        ("voice", "voice"),
        ("video", "video"),
        ("video_note", "video"),
        ("document", "document"),
        ("sticker", "sticker"),
        ("location", "location"),
        ("contact", "contact"),
        ("audio", "other"),
        ("dice", "other"),
        ("poll", "other"),
    ],
)
def test_what_is_not_text_is_told_and_only_a_photo_has_words(field: str, what: str) -> None:
    text = "/erase" if what == "photo" else ""
    fields: dict[str, Any] = {field: {}, "caption": "/erase"}
    assert event(message(**fields)) == Shared(at=SENT, what=what, text=text)


def test_an_animation_also_has_a_document_and_a_venue_a_location() -> None:
    assert event(message(animation={}, document={})) == Shared(at=SENT, what="video")
    assert event(message(venue={}, location={})) == Shared(at=SENT, what="location")


@pytest.mark.parametrize("field", ["new_chat_members", "pinned_message", "group_chat_created", "forum_topic_closed"])
def test_service_messages_are_nothing(field: str) -> None:
    assert event(message(**{field: {}})) is None


def test_an_edited_text_is_not_an_answer() -> None:
    assert seen({"update_id": 100, "edited_message": message(text="no!")["message"]}) is None


@pytest.mark.parametrize("number", [777000, 136817688])
def test_who_is_not_one_person_is_passed_over(number: int) -> None:
    nobody = {"id": number, "is_bot": True, "first_name": "Group"}
    assert event(message(GROUP, text="/poll", **{"from": nobody})) is None
    assert event(press(**{"from": nobody})) is None


def test_a_command_of_an_unnamed_administrator_is_answered_but_stays_unnamed() -> None:
    unnamed = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    group = {"sender_chat": {"id": -100123, "type": "supergroup"}, "from": unnamed}
    assert event(message(GROUP, text="/poll", **group)) == Said(at=SENT, text="/poll", unnamed=True)
    assert event(message(GROUP, text="hello all", **group)) is None
    assert event(press(**{"from": unnamed})) is None


def test_a_command_that_answers_a_native_poll_brings_it_along() -> None:
    poll = {"question": "Quand ?", "options": [{"text": "lundi"}, {"text": "mardi"}], "allows_multiple_answers": True}
    quoted = {"message_id": 3, "from": {"id": 8}, "poll": poll}
    found = event(message(GROUP, text="/poll", reply_to_message=quoted))
    assert found == Said(
        at=SENT,
        text="/poll",
        poll=("Quand ?", "lundi", "mardi"),
        several=True,
        quoted=("3", "8", "Quand ?\nlundi\nmardi"),
    )
    assert event(message(GROUP, text="/poll", reply_to_message={"from": {"id": 8}})) == Said(at=SENT, text="/poll")


def test_posts_in_the_name_of_a_chat_and_of_bots_are_passed_over() -> None:
    assert event(message(GROUP, text="/poll", sender_chat={"id": -100123, "type": "supergroup"})) is None
    assert event(message(GROUP, text="/poll", **{"from": {"id": 9, "is_bot": True}})) is None
    assert event(message(GROUP, text="/poll", **{"from": None})) is None


def test_a_press_has_our_time_and_its_message() -> None:
    assert seen(press()) == Inbound(
        key="100",
        place=Place("telegram", "7"),
        person="7",
        event=Pressed(at=NOW, data="x", message="5"),
        private=True,
        locale="fr",
    )
    assert callback_id(press()) == "900"


def test_presses_we_never_asked_for_are_passed_over() -> None:
    assert seen(press(data=None, game_short_name="chess")) is None
    assert seen(press(message=None, inline_message_id="abc")) is None


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"status": "member"}, {"status": "kicked"}, Blocked(at=SENT)),
        ({"status": "administrator"}, {"status": "left"}, Blocked(at=SENT)),
        ({"status": "member"}, {"status": "restricted", "is_member": False}, Blocked(at=SENT)),
        ({"status": "kicked"}, {"status": "member"}, Returned(at=SENT)),
        ({"status": "left"}, {"status": "administrator"}, Returned(at=SENT)),
        ({"status": "member"}, {"status": "administrator"}, None),
        ({"status": "left"}, {"status": "kicked"}, None),
        (None, {"status": "kicked"}, Blocked(at=SENT)),
        (None, {"status": "member"}, Returned(at=SENT)),
    ],
)
def test_blocking_and_returning(before: Any, after: dict[str, Any], expected: object) -> None:
    assert event(member(before, after)) == expected


def test_a_supergroup_says_twice_that_it_moved() -> None:
    old = {"id": -55, "type": "group", "title": "Quartier"}
    from_old = seen(message(old, migrate_to_chat_id=-10055))
    from_new = seen(message({**GROUP, "id": -10055}, migrate_from_chat_id=-55))
    for item in (from_old, from_new):
        assert item is not None
        assert item.place == Place("telegram", "-55")
        assert item.event == Moved(at=SENT, to_chat="-10055")


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"update_id": "100", "message": {}},
        {"update_id": 100, "message": []},
        {"update_id": 100, "message": {"message_id": 5, "from": LEA, "chat": PRIVATE, "date": 10**15, "text": "x"}},
        {"update_id": 100, "message": {"message_id": 5, "from": LEA, "chat": PRIVATE, "date": True, "text": "x"}},
        {"update_id": 100, "message": {"message_id": 5, "from": LEA, "chat": PRIVATE, "date": DATE, "text": 5}},
        {"update_id": 100, "message": {"message_id": 5, "from": "Léa", "chat": PRIVATE, "date": DATE, "text": "x"}},
        {"update_id": 100, "callback_query": {"id": "1", "from": LEA, "message": {"chat": {}}, "data": "x"}},
        {"update_id": 100, "my_chat_member": {"chat": PRIVATE, "from": LEA, "date": DATE}},
        [],
        None,
        7,
    ],
)
def test_what_breaks_the_promised_form_is_only_its_own_loss(update: Any) -> None:
    with pytest.raises(Malformed):
        seen(update)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(data=st.data())
def test_damage_anywhere_is_never_anything_else(data: st.DataObject) -> None:
    update = data.draw(
        st.sampled_from(
            [
                message(text="/start x"),
                message(GROUP, photo=[]),
                press(),
                member({"status": "member"}, {"status": "left"}),
            ]
        )
    )
    damaged = _damaged(update, data)
    try:
        item = read(damaged, ME, "telegram", NOW)
    except Malformed:
        return
    assert item is None or (isinstance(item.place.chat, str) and item.event.at.tzinfo is not None)


def _damaged(value: Any, data: st.DataObject) -> Any:
    """`value` with one field at any depth replaced or taken away."""
    name = data.draw(st.sampled_from(sorted(value)))
    inner = value[name]
    if isinstance(inner, dict) and inner and data.draw(st.booleans()):
        return value | {name: _damaged(inner, data)}
    rest = {key: item for key, item in value.items() if key != name}
    return rest if data.draw(st.booleans()) else rest | {name: data.draw(_json)}
