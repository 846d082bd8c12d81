"""Why something is not archived, or not removed.

GongkaiError
├── BadArchive   a file is not what its manifest says, or the manifest not what was written
Conflict
└── NotTheSame   the database does not hold what the archive of the chain says
"""

from __future__ import annotations

from hub.kernel.errors import Conflict, GongkaiError, Words

__all__ = ["BadArchive", "NotTheSame"]


class BadArchive(GongkaiError):
    code = "bad-archive"

    def __init__(self, file: str, why: Words) -> None:
        super().__init__(
            Words(f"归档 {file} 不可信：{why.zh}", f"archive {file}: {why.en}"),
            field="file",
            remedy=Words("取另一份副本再核对", "take another copy of it and verify that"),
        )


class NotTheSame(Conflict):
    code = "archive-differs"

    def __init__(self, file: str) -> None:
        super().__init__(
            Words(f"数据库与归档 {file} 不一致", f"the database differs from archive {file}"),
            field="file",
            remedy=Words("运行 gongkai audit verify", "run gongkai audit verify"),
        )
