"""WeRoBot's own signatures and encryption, asked one JSON line at a time on standard input.

Run in the environment of software by others. Each line names `do` (sign, seal or open) and its
arguments; the answer is one JSON line: {"is": …}, or {"refused": "…"} naming its error.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from werobot.crypto import MessageCrypt
from werobot.utils import get_signature


def answer(do: str, token: str, timestamp: str, nonce: str, **more: Any) -> str:
    if do == "sign":
        return get_signature(token, timestamp, nonce, *more["more"])
    crypt = MessageCrypt(token, more["aes_key"], more["appid"])
    if do == "seal":
        return crypt.encrypt_message(more["message"], timestamp, nonce)
    opened = crypt.decrypt_message(timestamp, nonce, more["signature"], more["encrypted"])
    return opened.decode()


for line in sys.stdin:
    try:
        said = {"is": answer(**json.loads(line))}
    except Exception as error:
        said = {"refused": type(error).__name__}
    sys.stdout.write(json.dumps(said) + "\n")
