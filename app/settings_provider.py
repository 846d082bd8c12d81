"""The settings of an identity provider where staff may sign in, by OpenID Connect."""

from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr

__all__ = ["ProviderSettings"]


class ProviderSettings(BaseModel):
    """Part of `app.settings.Settings`."""

    oidc_issuer: str = Field(
        "",
        pattern=r"^(https://\S+|http://(127\.0\.0\.1|localhost)(:\d+)?(/\S*)?)?$",
        description="Issuer address of an OpenID Connect provider where staff may sign in, as "
        "the provider writes it. Empty: passwords only. Who comes in is linked with "
        "`gongkai person link`.",
    )
    oidc_client_id: str = Field("", description="What the provider calls this installation.")
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="The secret the provider gave for it.", repr=False
    )
    oidc_title: str = Field("", description="The provider's name on the sign-in page.")
    oidc_acr: str = Field(
        "",
        description="Values of `acr` separated by spaces, of which the provider has to state one: "
        "how somebody has to sign in there, such as with a second factor.",
    )
    oidc_console_url: str = Field(
        "",
        description="Address at which people reach the hub, without a trailing slash; the "
        "provider sends them back to `/console/sign-in/provider/back` below it. Empty: "
        "`site_url`.",
    )
    oidc_timeout_seconds: float = Field(
        10.0, gt=0, le=60, description="How long one call to the provider may take."
    )
