"""Mailboxes and vehicle plates of people."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hub.review.checks.models import Hit, Severity
from hub.review.checks.plain import Plain

__all__ = ["EMAIL", "PLATE", "find_emails", "find_plates"]

EMAIL, PLATE = "personal-email", "vehicle-plate"

_LONGEST_LOCAL = 64  # RFC 5321, 4.5.3.1.1
_LOCAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]*$")
_DOMAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9-]{1,63}){1,5}")
_OFFICES = (".gov.cn", ".edu.cn", ".mil.cn", ".org.cn")
# where anybody gets a mailbox: who writes from there is a person, or an office that should not
_MAILBOXES = (
    "qq.com vip.qq.com foxmail.com 163.com vip.163.com 126.com yeah.net sina.com sina.cn sohu.com"
    " 139.com 189.cn 21cn.com tom.com gmail.com outlook.com hotmail.com live.com msn.com yahoo.com"
    " yahoo.com.cn icloud.com aliyun.com wo.cn"
)
_ANYBODY = frozenset(_MAILBOXES.split())
# GA 36-2018: province, office, five signs (six for new energy); at most two letters among them
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][ ·•.-]?"
    r"(?:(?P<energy>[ABCDEFGHJK][A-HJ-NP-Z0-9]\d{4}|\d{5}[ABCDEFGHJK])|[A-HJ-NP-Z0-9]{5}"
    r"|[A-HJ-NP-Z0-9]{4}[挂学警港澳])(?![A-Za-z0-9])"
)


def find_emails(plain: Plain) -> Iterator[Hit]:
    """Mailboxes that anybody can have; WARN for those of a company. Offices' own are public."""
    text = plain.text
    at = text.find("@")
    while at >= 0:
        local = _LOCAL.search(text[max(0, at - _LONGEST_LOCAL) : at])
        domain = _DOMAIN.match(text, at + 1)
        if local and domain and not _is_office(domain.group()):
            start, end = at - len(local.group()), domain.end()
            value = text[start:end].lower()
            yield Hit(
                rule=EMAIL,
                start=start,
                end=end,
                value=value,
                mask=f"{value[0]}***@{domain.group()}",
                severity=None if domain.group().lower() in _ANYBODY else Severity.WARN,
            )
        at = text.find("@", at + 1)


def find_plates(plain: Plain) -> Iterator[Hit]:
    """Number plates; the mask keeps province, office and the last two signs."""
    for found in _PLATE.finditer(plain.text):
        signs = re.sub(r"[ ·•.-]", "", found.group())
        rest = signs[2:]
        wild = sum(sign.isalpha() and sign.isascii() for sign in rest) > 2
        if wild or not any(sign.isdigit() for sign in rest):
            continue
        mask = f"{signs[:2]}{'*' * (len(rest) - 2)}{rest[-2:]}"
        yield Hit(rule=PLATE, start=found.start(), end=found.end(), value=signs, mask=mask)


def _is_office(domain: str) -> bool:
    return f".{domain.lower()}".endswith(_OFFICES)
