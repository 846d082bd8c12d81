"""The settings of briefs and of the mail server that sends them."""

from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr

__all__ = ["MailSettings"]


class MailSettings(BaseModel):
    """Part of `app.settings.Settings`."""

    brief_hour: int = Field(
        8, ge=0, le=23, description="In this hour the daily brief of yesterday is made and sent."
    )
    brief_weekday: int = Field(
        0,
        ge=0,
        le=6,
        description="On this day the brief of the week before is made too (Monday is 0).",
    )
    mail_server: str = Field(
        "",
        description="Mail server for reports, as smtp://mail.example.gov.cn:587 or smtps://…. "
        "Empty: briefs are made and kept, and sent to nobody.",
    )
    mail_from: str = Field("", description="The address that reports come from.")
    mail_from_name: str = Field(
        "", description="The name beside it. Empty: the name of the portal."
    )
    mail_username: str = Field("", description="User to log in as; empty: no log-in.")
    mail_password: SecretStr = Field(
        SecretStr(""), description="Its password or app password.", repr=False
    )
    mail_security: str = Field(
        "starttls",
        pattern="^(starttls|none)$",
        description="starttls or none; an smtps:// address is always encrypted.",
    )
