"""The settings of what is served: the portal, whose it is, what its footer and its guide say;
the staff API."""

from __future__ import annotations

from pydantic import Field

from app.settings_archives import ArchiveSettings
from app.settings_chat import ChatSettings
from app.settings_console import ConsoleSettings
from app.settings_nodes import NodeSettings

__all__ = ["PortalSettings"]


class PortalSettings(ArchiveSettings, ChatSettings, ConsoleSettings, NodeSettings):
    """Part of `app.settings.Settings`."""

    portal: bool = Field(
        True, description="Serve the public portal beside the hub's own addresses."
    )
    staff_api: bool = Field(
        True,
        description="Serve the staff API under `/api/staff/v1`; people sign in with tokens.",
    )
    webhook_networks: tuple[str, ...] = Field(
        (),
        description="Networks that webhooks may call although they are not public, such as "
        "10.8.0.0/16.",
    )
    portal_name: str = Field(
        "", description="Whose portal it is. Empty: the name of the topmost body."
    )
    portal_code: str = Field("", description="网站标识码, ten digits; shown in tags and footer.")
    portal_icp: str = Field("", description="ICP filing, shown in the footer.")
    portal_police: str = Field("", description="Public security filing, shown in the footer.")
    office_name: str = Field(
        "", description="The disclosure office, as the guide must name it (Regulation art. 12)."
    )
    office_address: str = Field("", description="Its address.")
    office_hours: str = Field("", description="Its hours.")
    office_phone: str = Field("", description="Its telephone.")
    office_fax: str = Field("", description="Its fax.")
    office_email: str = Field("", description="Its internet contact.")
