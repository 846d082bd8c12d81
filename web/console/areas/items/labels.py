"""What the columns of an item are called: the columns are those of the import's own shape."""

from __future__ import annotations

from collections.abc import Mapping

from hub.kernel.errors import Words

__all__ = ["LABELS"]

LABELS: Mapping[str, Words] = {
    "key": Words("外部编号", "Own key"),
    "body_code": Words("单位", "Body"),
    "title": Words("标题", "Title"),
    "body": Words("正文", "Text"),
    "issuer": Words("发文机关", "Issuer"),
    "attribute": Words("公开属性", "Attribute"),
    "doc_no": Words("文号", "Document number"),
    "summary": Words("内容概述", "Summary"),
    "theme": Words("主题分类", "Theme"),
    "source_theme": Words("来源主题", "Theme at the source"),
    "formed_on": Words("成文日期", "Formed on"),
    "valid_from": Words("生效日期", "Valid from"),
    "valid_until": Words("失效日期", "Valid until"),
    "validity": Words("有效性", "Validity"),
    "source_url": Words("来源网址", "Address of the source"),
    "index_no": Words("索引号", "Index number"),
    "genre": Words("体裁分类", "Genre"),
    "statutory_class": Words("法定主动公开类别", "Class of article 20"),
    "normative": Words("行政规范性文件", "Normative document"),
    "unit": Words("责任单位", "Responsible unit"),
    "keywords": Words("主题词", "Keywords"),
    "audience": Words("服务对象", "Audience"),
    "source_published_on": Words("来源发布日期", "Published at the source on"),
    "pictures": Words("图片", "Pictures"),
    "attachments": Words("附件", "Attachments"),
    "variants": Words("各渠道文稿", "Words for single channels"),
    "carries": Words("所载清单", "List it carries"),
}
