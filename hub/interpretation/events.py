"""What happens to interpretations."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["LINKED", "PLANNED", "RETURNED", "UNLINKED", "WEIGHED"]

PLANNED = Kind("interpretation.plan.entered", Words("报送解读方案", "interpretation planned"))
LINKED = Kind("interpretation.material.linked", Words("关联解读材料", "material linked"))
UNLINKED = Kind("interpretation.material.unlinked", Words("解除解读关联", "material unlinked"))
RETURNED = Kind(
    "interpretation.document.returned",
    Words("缺解读方案或材料，退文", "returned: the interpretation is not complete"),
)
WEIGHED = Kind(
    "interpretation.appraisal.weighed", Words("调整解读考评权重", "appraisal weights changed")
)
