"""The envelope of WeChat's and WeCom's callbacks: signatures, AES, and XML without DTD or entities.

Sources: 接入指南 (signature) and 消息加解密说明: AES-256-CBC with the key's first 16 bytes as IV,
PKCS#7 padding to 32 bytes; the plain text is 16 random bytes, 4 bytes of length (big-endian), the
message, the receiver: an official account's AppID, a corporation's id.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from hub.kernel.chance import random_bytes
from hub.kernel.errors import Forbidden, InvalidInput, Words

__all__ = [
    "cdata",
    "decrypt",
    "encrypt",
    "new_aes_key",
    "new_token",
    "parse_xml",
    "same_signature",
    "sign",
]

_BLOCK = 32
_RANDOM = 16
_LENGTH = 4
_DEEPEST = 12
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def new_token() -> str:
    """A Token to be told to the platform: 32 letters and digits, as many as it takes."""
    return secrets.token_hex(16)


def new_aes_key() -> str:
    """An EncodingAESKey: 32 bytes in base64 without its padding, of letters and digits alone."""
    while not (key := base64.b64encode(secrets.token_bytes(_BLOCK)).decode()[:-1]).isalnum():
        continue
    return key


def sign(*parts: str) -> str:
    """The platform's signature: SHA-1 in hex over the parts, sorted and joined."""
    joined = "".join(sorted(parts)).encode()
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


def same_signature(given: str, *parts: str) -> bool:
    """Whether `given` signs `parts`, in constant time."""
    return hmac.compare_digest(given.encode(), sign(*parts).encode())


def decrypt(encrypted: str, aes_key: str, receiver: str) -> bytes:
    """The message in `encrypted` (base64). Raises Forbidden for whatever is not exactly right.

    One and the same error for every reason: which check failed is nobody's business.
    """
    try:
        key = _key_bytes(aes_key)
        sealed = base64.b64decode(encrypted, validate=True)
        decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        padded = decryptor.update(sealed) + decryptor.finalize()
    except (binascii.Error, ValueError) as error:
        raise _forged() from error
    pad = padded[-1] if padded else 0
    if not 1 <= pad <= _BLOCK or padded[-pad:] != bytes([pad]) * pad:
        raise _forged()
    content = padded[_RANDOM:-pad]
    length = int.from_bytes(content[:_LENGTH], "big")
    message, owner = content[_LENGTH : _LENGTH + length], content[_LENGTH + length :]
    if len(message) != length or not hmac.compare_digest(owner, receiver.encode()):
        raise _forged()
    return message


def encrypt(message: bytes, aes_key: str, receiver: str) -> str:
    """`message` sealed as the platform opens it, in base64; the inverse of `decrypt`."""
    key = _key_bytes(aes_key)
    plain = b"".join((random_bytes(_RANDOM), len(message).to_bytes(_LENGTH, "big"), message))
    plain += receiver.encode()
    pad = _BLOCK - len(plain) % _BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    sealed = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
    return base64.b64encode(sealed).decode()


def cdata(text: str) -> str:
    """`text` as one CDATA section in effect: its own `]]>` is split over two, and what XML 1.0
    cannot hold at all is replaced."""
    safe = _NO_XML.sub("\ufffd", text).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{safe}]]>"


@lru_cache(maxsize=8192)
def _key_bytes(aes_key: str) -> bytes:
    return base64.b64decode(f"{aes_key}=", validate=True)


def parse_xml(body: bytes) -> dict[str, Any]:
    """The children of the root: text, or a nested dict; a repeated element becomes a list.

    Raises InvalidInput for what is no XML, is nested too deep, or declares a document type.
    """
    # Without a document type there are no entities to fear, and without a declaration or NULs the
    # text is UTF-8: then the parser in C may have it, five times faster.
    if b"<!DOCTYPE" not in body and b"<?" not in body and b"\0" not in body:
        return _plainly(body)
    tree = _Tree()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise _not_xml() from error
    if not isinstance(tree.root, dict):
        raise _not_xml()
    return tree.root


def _plainly(body: bytes) -> dict[str, Any]:
    try:
        root = ElementTree.fromstring(body)  # noqa: S314  # see parse_xml: nothing is declared
    except ElementTree.ParseError as error:
        raise _not_xml() from error
    found = _value(root, 1)
    if not isinstance(found, dict):
        raise _not_xml()
    return found


def _value(element: ElementTree.Element, depth: int) -> Any:
    if len(element) == 0:
        return element.text or ""
    if depth >= _DEEPEST:
        raise _not_xml()
    found: dict[str, Any] = {}
    for child in element:
        value = _value(child, depth + 1)
        if child.tag not in found:
            found[child.tag] = value
        elif isinstance(found[child.tag], list):
            found[child.tag].append(value)
        else:
            found[child.tag] = [found[child.tag], value]
    return found


class _Tree:
    """Builds nested dicts from the parser's events."""

    def __init__(self) -> None:
        self.root: Any = None
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= _DEEPEST:
            raise _not_xml()
        self._open.append((name, {}, []))

    def text(self, data: str) -> None:
        if self._open:
            self._open[-1][2].append(data)

    def end(self, name: str) -> None:
        _, children, texts = self._open.pop()
        value: Any = children or "".join(texts)
        if not self._open:
            self.root = value
            return
        siblings = self._open[-1][1]
        if name not in siblings:
            siblings[name] = value
        elif isinstance(siblings[name], list):
            siblings[name].append(value)
        else:
            siblings[name] = [siblings[name], value]


def _no_doctype(*declaration: object) -> None:
    raise _not_xml()


def _not_xml() -> InvalidInput:
    return InvalidInput(
        Words("回调内容不是平台的 XML", "the callback's body is not the platform's XML"),
        field="body",
    )


def _forged() -> Forbidden:
    return Forbidden(
        Words("回调内容解密失败", "the callback cannot be decrypted"),
        field="Encrypt",
        remedy=Words(
            "核对 EncodingAESKey 与接收方编号；轮换密钥时保留上一个",
            "check EncodingAESKey and the receiver's id; keep the previous key while rotating",
        ),
    )
