"""What one channel is given for one item: whole, shortened, in parts, or refused."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from hub.kernel.errors import InvalidInput, Words
from hub.publishing.models import MediaRole, Overflow
from publishers.composing import compose
from publishers.contract import FileLink
from publishers.limits import measure, problems

MARKUPS = ("html", "text", "message", "markdown", "article", "page")
PARAGRAPH = "机动车停放者应当按照规定停放车辆，服从管理人员的指挥，并且按照规定支付停车费用。"
LONG = "\n\n".join(f"第{n}条 {PARAGRAPH}{PARAGRAPH}" for n in range(1, 200))


@pytest.mark.parametrize("markup", MARKUPS)
def test_a_short_item_is_sent_whole(markup, channel, source):
    (part,) = compose(channel(markup), source(), {})
    assert "第二条 本办法自公布之日起施行。" in part.text
    assert part.link == source().link
    assert part.title == "江澜市停车管理办法"


@pytest.mark.parametrize("markup", MARKUPS)
def test_the_same_item_gives_the_same_parts(markup, channel, source):
    assert compose(channel(markup), source(), {}) == compose(channel(markup), source(), {})


def test_messages_carry_the_card_and_articles_the_cover(channel, source):
    roles = {m: compose(channel(m), source(), {})[0].media[0].role for m in MARKUPS}
    assert all(roles[m] is MediaRole.CARD for m in ("html", "text", "message", "markdown"))
    assert roles["article"] is roles["page"] is MediaRole.COVER


def test_an_items_own_pictures_go_before_the_card(channel, source, picture):
    own = tuple(picture(mark=mark) for mark in "cdef")
    few = replace(channel("text").declaration.media, max_count=3)
    (part,) = compose(channel("text", media=few), source(images=own), {})
    assert part.media == own[:3]


def test_an_article_shows_every_picture_it_carries(channel, source, picture):
    own = (picture(mark="c"), picture(mark="d"))
    (part,) = compose(channel("article"), source(images=own), {})
    assert re.findall(r'src="cid:(\w{64})"', part.text) == ["c" * 64, "d" * 64]
    assert {p.sha256 for p in part.media} == {"a" * 64, "c" * 64, "d" * 64}


def test_a_text_that_is_whole_without_the_card_goes_without_it(channel, source):
    body = "\n\n".join([PARAGRAPH] * 30)  # more than a caption, less than a message
    (part,) = compose(channel("html"), source(body=body), {})
    assert part.media == ()
    assert part.text.count(PARAGRAPH) == 30


def test_what_is_too_long_becomes_a_digest_that_ends_in_the_link(channel, source):
    summary = PARAGRAPH * 20
    (part,) = compose(channel("text"), source(body=LONG, summary=summary), {})
    assert part.text.endswith(f"…… 全文：{source().link}")
    assert 100 < measure(part.text, channel("text").declaration) <= 140


def test_a_long_article_becomes_its_summary_and_contents(channel, source):
    body = f"## 第一章 总则\n\n{LONG}\n\n## 第二章 附则\n\n第二百条 本办法自公布之日起施行。"
    (part,) = compose(channel("article", text_limit=3000), source(body=body), {})
    assert "第一章 总则" in part.text
    assert "第二章 附则" in part.text
    assert source().link in part.text
    assert PARAGRAPH not in part.text


def test_a_thread_holds_the_whole_text_in_numbered_parts(channel, source):
    threads = channel("html", overflow=(Overflow.THREAD,), max_parts=20)
    parts = compose(threads, source(body=LONG), {})
    joined = "".join(part.text for part in parts)
    assert len(parts) > 3
    assert joined.count(PARAGRAPH) == 2 * 199
    assert [f"（{n}/{len(parts)}）" in p.text for n, p in enumerate(parts, 1)] == [True] * len(
        parts
    )
    assert parts[-1].text.endswith(f'<a href="{source().link}">原文</a>')
    assert [bool(part.media) for part in parts] == [True] + [False] * (len(parts) - 1)


def test_a_heading_is_never_the_last_line_of_a_part(channel, source):
    body = "\n\n".join(f"## 第{n}章 停车\n\n{PARAGRAPH * 3}" for n in range(60))
    threads = channel("html", overflow=(Overflow.THREAD,), max_parts=20)
    for part in compose(threads, source(body=body), {}):
        assert not re.search(r"</b>\n\n（\d+/\d+）", part.text)


def test_a_thread_of_too_many_parts_gives_way_to_the_next_means(channel, source):
    both = channel("html", overflow=(Overflow.THREAD, Overflow.DIGEST), max_parts=2)
    (part,) = compose(both, source(body=LONG), {})
    assert "阅读全文" in part.text


def test_a_refusal_names_channel_field_length_limit_and_remedy(channel, source):
    strict = channel("article", text_limit=2000, overflow=(Overflow.REFUSE,))
    with pytest.raises(InvalidInput) as caught:
        compose(strict, source(body=LONG), {})
    assert caught.value.field == "some-article.text"
    assert re.search(r"某渠道：正文为 \d+ 字，上限 2000 字", caught.value.words.zh)
    assert caught.value.remedy is not None


def test_a_long_title_loses_its_issuer_first(channel, source):
    title = "江澜市人民代表大会常务委员会关于促进停车资源共享的决定"
    (part,) = compose(channel("article", title_limit=20), source(title=title), {})
    assert part.title == "关于促进停车资源共享的决定"
    assert title in part.text


def test_a_title_that_no_official_form_makes_short_is_refused(channel, source):
    with pytest.raises(InvalidInput, match="标题为 9 字，上限 8 字"):
        compose(channel("article", title_limit=8), source(), {})


def test_an_oversize_picture_is_refused_with_its_size(channel, source, picture):
    heavy = picture(size=1_000_001, alt="规划图")
    with pytest.raises(InvalidInput, match="大小为 1000001 字节，上限 1000000"):
        compose(channel("html"), source(images=(heavy,)), {})


@pytest.mark.parametrize(
    "changes",
    [{"media_type": "image/webp"}, {"width": 30_000, "height": 100}],
    ids=["format", "ratio"],
)
def test_pictures_the_platform_would_refuse_are_refused_at_approval(
    changes, channel, source, picture
):
    with pytest.raises(InvalidInput) as caught:
        compose(channel("html"), source(images=(picture(**changes),)), {})
    assert caught.value.field == "some-html.media"


def test_item_text_is_never_markup(channel, source):
    evil = "<b onclick=x>&amp;</b><script>alert(1)</script>{{ 7*7 }}"
    told = source(title=evil, body=evil, summary=evil, issuer=evil, doc_no=evil, organisation=evil)
    for markup in ("html", "article", "page"):
        (part,) = compose(channel(markup), told, {})
        assert "<script" not in part.text
        assert "onclick=x>" not in part.text.replace("onclick=x&gt;", "")
        assert "{{ 7*7 }}" in part.text


def test_the_channel_has_the_last_word(channel, source):
    def tagged(parts, told):
        return tuple(replace(part, extra={"author": told.issuer}) for part in parts)

    (part,) = compose(channel("page", finish=tagged), source(), {})
    assert part.extra == {"author": "江澜市人民政府办公室"}


def test_what_the_channel_refuses_in_the_end_is_shortened_too(channel, source):
    def strict(parts, told):
        if "第二条" in parts[0].text:
            raise InvalidInput(Words("不行", "no"), field="text")
        return parts

    (part,) = compose(channel("text", finish=strict), source(), {})
    assert "全文：" in part.text


def test_a_last_word_that_breaks_a_limit_is_refused(channel, source):
    def longer(parts, told):
        return tuple(replace(part, text=part.text + "长" * 200) for part in parts)

    with pytest.raises(InvalidInput, match="上限 140"):
        compose(channel("text", finish=longer), source(), {})


def test_links_move_to_the_address_an_account_needs(channel, source):
    (part,) = compose(channel("text"), source(), {"link_base": "https://t.example/"})
    assert part.link == "https://t.example/i/01K3ZQ8Y5T9F3V7X2B6N4M1C0D.html"
    assert part.text.endswith(part.link)


def test_links_to_attachments_move_with_it(channel, source):
    file = FileLink(name="表.txt", link="https://www.jianglan.example/media/a/b/c.txt", size=1)
    base = {"link_base": "https://t.example/"}
    (part,) = compose(channel("text"), source(attachments=(file,)), base)
    assert part.text.endswith(f"附件 1 个：{part.link}#attachments")
    (page,) = compose(channel("page"), source(attachments=(file,)), base)
    assert "https://t.example/media/a/b/c.txt" in page.text


def test_parts_without_link_cover_or_picture_are_found(channel, source):
    (part,) = compose(channel("article"), source(), {})
    bare = replace(part, text=part.text + f'<img src="cid:{"e" * 64}"/>', media=(), title="")
    fields = {problem.field for problem in problems([bare], channel("article").declaration)}
    assert fields == {"title", "cover", "media"}


def test_nothing_at_all_is_a_problem(channel):
    (problem,) = problems([], channel("page").declaration)
    assert problem.field == "parts"


def test_pictures_that_go_alone_are_parts_of_their_own_and_no_card_is_drawn(
    channel, source, picture
):
    alone = channel("message", pictures_alone=True, max_parts=2)
    own = (picture(mark="c"), picture(mark="d"))
    text, pictures = compose(alone, source(images=own), {})
    assert (text.media, pictures.media) == ((), own)
    assert (pictures.text, pictures.digest) == ("", "")
    assert problems([replace(text, media=own)], alone.declaration) != []
    assert len(compose(alone, source(), {})) == 1


def test_a_form_decides_over_limit_and_markup_and_goes_with_the_part(channel, source):
    plain = channel("message", text_limit=600)
    wider = replace(plain.declaration, markup="markdown", text_limit=50_000)
    both = replace(plain, adapt=lambda v: wider if v else plain.declaration)
    (marked,) = compose(both, source(body=LONG), {"form": "markdown"})
    (short,) = compose(both, source(body=LONG), {})
    assert marked.extra == {"form": "markdown"}
    assert marked.text.startswith("**江澜市停车管理办法**")
    assert short.extra == {}
    assert measure(short.text, plain.declaration) <= 600
