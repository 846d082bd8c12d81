"""An infographic with every kind of section, small enough to be drawn in a second."""

from __future__ import annotations

from typing import Any

LINK = "https://www.jianglan.example/zwgk/zcjd/2026/0318/12.html"


def full() -> dict[str, Any]:
    """The JSON object, to be changed at will."""
    return {
        "hero": {
            "title": "江澜市进一步促进民营经济高质量发展若干措施",
            "subtitle": "从八个方面破解企业难题",
            "issuer": "江澜市人民政府办公室",
            "doc_no": "江政发〔2026〕12号",
            "date": "2026年3月18日",
        },
        "sections": [
            {
                "kind": "background",
                "paragraphs": ["为贯彻落实民营经济促进法，听取了1,206家企业的意见，制定本措施。"],
                "note": "自2026年4月1日起施行",
            },
            {
                "kind": "figures",
                "items": [
                    {"value": "32.6", "unit": "亿元", "label": "预计减免税费", "icon": "coins"},
                    {"value": "≥120", "unit": "亿元", "label": "新增贷款", "note": "普惠小微"},
                    {"value": "1.5", "unit": "个工作日", "label": "平均办理时限"},
                ],
            },
            {
                "kind": "measures",
                "items": [
                    {
                        "title": "减税降费直达快享",
                        "text": "小规模纳税人免征增值税。",
                        "tag": "免申即享",
                        "icon": "yuan",
                    },
                    {"title": "贷款能贷尽贷", "text": "由䶮㛃、㐂某答疑。"},
                ],
            },
            {
                "kind": "steps",
                "items": [
                    {"title": "登录平台", "text": "进入专区"},
                    {"title": "在线申报"},
                ],
            },
            {
                "kind": "comparison",
                "old": "惠企20条",
                "new": "若干措施",
                "rows": [{"matter": "信用贷款", "old": "最高500万元", "new": "最高1,000万元"}],
            },
            {
                "kind": "chart",
                "form": "column",
                "title": "民营经济增加值",
                "unit": "亿元",
                "labels": ["2024", "2025"],
                "series": [{"values": [3891, 4286.7]}],
                "source": "数据来源：市统计局",
            },
            {
                "kind": "chart",
                "form": "line",
                "title": "月度办件",
                "unit": "万件",
                "labels": ["1月", "2月", "3月"],
                "series": [
                    {"name": "线上", "values": [12, 15.5, 20]},
                    {"name": "窗口", "values": [9, 8, 6]},
                ],
            },
            {
                "kind": "chart",
                "form": "bar",
                "title": "同比增速",
                "unit": "%",
                "labels": ["东城区", "南山新区"],
                "series": [{"values": [5.2, -1.5]}],
            },
            {
                "kind": "chart",
                "form": "donut",
                "title": "企业构成",
                "unit": "万户",
                "labels": ["批发零售", "制造业", "其他"],
                "series": [{"values": [1, 1, 1]}],
            },
            {"kind": "timeline", "items": [{"date": "2026年4月", "text": "正式施行"}]},
            {"kind": "quote", "text": "最长不得超过六十日。", "source": "第三条"},
            {
                "kind": "answers",
                "items": [{"question": "个体工商户能享受吗？", "answer": "可以，无需申请。"}],
            },
            {"kind": "contact", "rows": [{"label": "服务热线", "value": "12345"}]},
        ],
        "footer": {"link": {"url": LINK}, "sources": ["若干措施全文"], "maker": "市政府办公室"},
    }
