"""aiogram's models are built when they are used, and are then as it declares them."""

from __future__ import annotations

from publishers.telegram import library

POSTED = {
    "message_id": 7,
    "date": 1772413200,
    "chat": {"id": -100, "type": "channel", "title": "四川发布"},
    "venue": {"title": "政务大厅", "address": "", "location": {"latitude": 30, "longitude": 104}},
}


def test_a_type_that_nobody_used_is_not_built_and_is_whole_at_its_first_use() -> None:
    known = {one.__name__: one for one in library.TelegramObject.__subclasses__()}
    unused = known["PassportFile"]
    assert not unused.__pydantic_complete__
    file = {"file_id": "f", "file_unique_id": "u", "file_size": 1, "file_date": 1772413200}
    assert unused.model_validate(file).model_dump()["file_size"] == 1


def test_the_types_inside_a_type_are_found_by_their_names() -> None:
    message = library.Message.model_validate(POSTED)
    assert message.chat.title == "四川发布"
    assert message.venue is not None
    assert message.venue.location.longitude == 104
