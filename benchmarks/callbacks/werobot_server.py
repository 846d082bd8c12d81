"""WeRoBot by its own `run()` under waitress: answers a menu, and keeps nothing.

.venv-others/bin/python benchmarks/callbacks/werobot_server.py PORT TOKEN AES_KEY APPID
"""

from __future__ import annotations

import logging
import sys

from werobot import WeRoBot

_MENU = (
    "您想找什么？请回复数字。\n\nWhat are you looking for? Send its number.\n\n"
    "1. 查找文件 / search\n2. 最新公开 / what is new\n3. 公开指南 / guide"
)


def main() -> None:
    port, token, aes_key, appid = sys.argv[1:]
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    robot = WeRoBot(token=token, app_id=appid, encoding_aes_key=aes_key)
    robot.config["SESSION_STORAGE"] = False

    @robot.handler
    def menu(message: object) -> str:
        return _MENU

    robot.run(server="waitress", host="127.0.0.1", port=int(port), enable_pretty_logging=False)


if __name__ == "__main__":
    main()
