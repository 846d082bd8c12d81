"""What happens to the words that search knows."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["SYNONYMS_IMPORTED"]

SYNONYMS_IMPORTED = Kind("catalogue.synonyms.imported", Words("导入同义词表", "synonyms imported"))
