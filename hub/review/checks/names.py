"""Names of organisations and people in running text, told by how they end or what goes before.

There is no dictionary here: an organisation is what ends like one, a person who follows a title.
What is not recognised is not compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hub.review.checks.plain import Plain

__all__ = ["Name", "find_organisations", "find_people"]

_LONGEST = 16
_ENDINGS = re.compile(
    r"人民政府|办公厅|委员会|管理局|税务局|监督局|[厅局署](?![长级势面部限])|有限公司|集团(?!化)|大学(?!生)"
    r"|学院|研究院|医院|银行|协会"
)
_NAME_END = re.compile(r"[\u4e00-\u9fff]{0,16}$")
# words that stand before a name and are none of it
_BEFORE_NAME = re.compile(
    r".*(?:[由经向对从至把被和与及或在是为据按受报请各本该其的等于]|会同|联合|根据|按照|依据|委托|以及|通过"
    r"|印发|负责|配合|协调|组织|报送|抄送|有关|相关|当地|所在|上级|主管|属地|同级)"
)
_PLACE = frozenset("省市区县州旗盟镇乡")
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁"
    "任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武"
    "戴莫孔向汤尼"
)
_PERSON = re.compile(
    r"(?:主席|总理|部长|书记|省长|市长|州长|区长|县长|秘书长|主任|厅长|局长|处长|院长|镇长|乡长|记者|教授)"
    rf"[ :]?(?P<name>[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}?)"
    r"(?=[,。、;:)\n “”]|在|表示|指出|强调|介绍|说|主持|出席|带队|率|一行|等|同志|参加|调研|解读|$)"
)


@dataclass(frozen=True, slots=True)
class Name:
    start: int
    end: int
    text: str
    ending: int  # length of what tells its kind: 局, 人民政府


def find_organisations(plain: Plain) -> Iterator[Name]:
    """What ends like an organisation, from where its name seems to begin."""
    for found in _ENDINGS.finditer(plain.text):
        before = _NAME_END.search(plain.before(found.start(), _LONGEST))
        own = before.group() if before else ""
        strange = _BEFORE_NAME.match(own)
        own = own[strange.end() :] if strange else own
        if len(own) >= 2:
            text = own + found.group()
            yield Name(found.start() - len(own), found.end(), text, len(found.group()))


def find_people(plain: Plain) -> Iterator[Name]:
    """Who follows a title, where the text after the name shows that it ends there."""
    for found in _PERSON.finditer(plain.text):
        start, end = found.span("name")
        yield Name(start, end, found["name"], 0)


def splits_a_place(name: Name, known: int) -> bool:
    """Whether the last `known` characters of a name begin in the midst of a place's name, or right
    after one: 绵阳|市教育局, 绵阳市|教育局."""
    cut = len(name.text) - known
    return name.text[cut] in _PLACE or (cut > 0 and name.text[cut - 1] in _PLACE)
