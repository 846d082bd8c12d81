"""Flask and wechatpy, as wechatpy's documentation shows it, under waitress with eight threads:
answers a menu, and keeps nothing.

    .venv-others/bin/python benchmarks/callbacks/flask_server.py PORT TOKEN AES_KEY APPID
"""

from __future__ import annotations

import logging
import sys

from flask import Flask, abort, request
from waitress import serve
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.utils import check_signature

_MENU = (
    "您想找什么？请回复数字。\n\nWhat are you looking for? Send its number.\n\n"
    "1. 查找文件 / search\n2. 最新公开 / what is new\n3. 公开指南 / guide"
)


def main() -> None:
    port, token, aes_key, appid = sys.argv[1:]
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    application = Flask("echo")

    @application.post("/")
    def receive() -> str:
        asked = request.args
        crypto = WeChatCrypto(token, aes_key, appid)
        try:
            check_signature(token, asked["signature"], asked["timestamp"], asked["nonce"])
            plain = crypto.decrypt_message(
                request.data, asked["msg_signature"], asked["timestamp"], asked["nonce"]
            )
        except (InvalidSignatureException, InvalidAppIdException):
            abort(403)
        reply = create_reply(_MENU, parse_message(plain))
        sealed: str = crypto.encrypt_message(reply.render(), asked["nonce"], asked["timestamp"])
        return sealed

    serve(application, host="127.0.0.1", port=int(port), threads=8)


if __name__ == "__main__":
    main()
