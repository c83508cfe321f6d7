"""Every setting, read once: from the environment (ASKFIRST_…) and a file .env; .env.example lists them."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 -- pydantic reads the annotation
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_LAST_PORT = 65_535


class Settings(BaseSettings):
    """The settings; each description stands as a comment in .env.example, too."""

    model_config = SettingsConfigDict(
        env_prefix="ASKFIRST_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    data: Path = Field(
        default_factory=lambda: user_data_path("askfirst"),
        description="The folder for what is kept. Empty: askfirst in your own data folder.",
    )
    database: str = Field(
        default="",
        description="Where reports are kept: sqlite:///path or postgresql+psycopg://…"
        " Empty: askfirst.db in the data folder.",
    )
    keys_database: str = Field(
        default="",
        description="Where the keys of reports are kept; back it up apart."
        " Empty: askfirst-keys.db in the data folder, or the database where that is PostgreSQL.",
    )
    master_key: SecretStr = Field(
        default=SecretStr(""),
        description="The key that opens the keys; several with commas, newest first."
        " Empty: master.key in the data folder.",
    )
    contacts: Path | None = Field(
        default=None,
        description="Your contacts.yaml, or a folder of them. Empty: a trial, and nobody receives reports.",
    )

    trial: bool = Field(
        default=False,
        description="yes lets the bot run without contacts, to try it: nobody receives reports then.",
    )
    packs: Path | None = Field(
        default=None,
        description="The folder with your schools' packs. Empty: the built-in packs.",
    )
    schools: str = Field(
        default="",
        description="The schools to serve, by short name, with commas. Empty: those with contacts; in a trial, all.",
    )
    telegram_token: SecretStr = Field(
        default=SecretStr(""),
        description="The token of your Telegram bot, from @BotFather. Empty: no Telegram.",
    )
    telegram_webhook: str = Field(
        default="",
        description="The https address that Telegram sends messages to. Empty: the bot asks Telegram for them.",
    )
    telegram_webhook_secret: SecretStr = Field(
        default=SecretStr(""),
        description="The secret that Telegram sends along to the webhook: 1 to 256 of A-Z a-z 0-9 _ -.",
    )
    telegram_listen: str = Field(
        default="127.0.0.1:8081",
        pattern=r":\d+$",
        description="Where the webhook is listened for, behind your own https server. Empty: 127.0.0.1:8081.",
    )
    telegram_api: str = Field(
        default="https://api.telegram.org",
        description="The Bot API's address, for a Bot API server of your own. Empty: https://api.telegram.org.",
    )
    slack_bot_token: SecretStr = Field(
        default=SecretStr(""),
        description="The bot token of your Slack app, xoxb-…; for several workspaces each app's, with commas."
        " Empty: no Slack.",
    )
    slack_app_token: SecretStr = Field(
        default=SecretStr(""),
        description="The app-level token for Socket Mode, xapp-…; for several workspaces in the same order.",
    )
    slack_schools: str = Field(
        default="",
        description="Each workspace's school by short name, in the same order, with commas."
        " Empty: the one school that is served.",
    )
    slack_governors: str = Field(
        default="",
        description="The member ids of governors in Slack, such as U0123ABCD, with commas.",
    )
    slack_listen: str = Field(
        default="",
        pattern=r"^$|:\d+$",
        description="Where Slack's events are listened for over HTTP, such as 127.0.0.1:8082. Empty: Socket Mode.",
    )
    slack_signing_secret: SecretStr = Field(
        default=SecretStr(""),
        description="The signing secret of your Slack app, for HTTP; for several workspaces in the same order.",
    )
    slack_api: str = Field(
        default="https://slack.com/api/",
        description="The address of Slack's Web API. Empty: https://slack.com/api/.",
    )
    unfinished_minutes: int = Field(
        default=120,
        ge=10,
        description="Minutes (10 or more) after which an unfinished report of danger is passed on. Empty: 120.",
    )
    draft_days: int = Field(
        default=7,
        ge=1,
        description="Days, 1 or more, after which any other unfinished report is erased. Empty: 7.",
    )
    smtp_host: str = Field(
        default="",
        description="The server through which e-mail to leads is sent. Empty: no e-mail.",
    )
    smtp_port: int = Field(
        default=587,
        description="The port of that server. Empty: 587.",
    )
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="How e-mail is protected on its way: starttls, tls or none. Empty: starttls.",
    )
    smtp_user: str = Field(
        default="",
        description="The name at that server. Empty: none.",
    )
    smtp_password: SecretStr = Field(
        default=SecretStr(""),
        description="The password at that server.",
    )
    smtp_from: str = Field(
        default="",
        description="The sender of e-mail to leads, such as askfirst@school.example.org.",
    )

    page_address: str = Field(
        default="",
        pattern=r"^$|^https://[^/\s]+/?$|^http://(127\.0\.0\.1|localhost)(:\d+)?/?$",
        description="The https address at which leads open a case from an e-mail, such as https://cases.example.org."
        " Empty: no case page.",
    )
    page_listen: str = Field(
        default="127.0.0.1:8083",
        pattern=r":\d+$",
        description="Where the case page is listened for, behind your own https server. Empty: 127.0.0.1:8083.",
    )

    @field_validator("telegram_listen", "slack_listen", "page_listen")
    @classmethod
    def _ends_in_a_port(cls, value: str) -> str:
        if value and int(value.rpartition(":")[2]) > _LAST_PORT:
            raise ValueError
        return value

    @property
    def database_url(self) -> str:
        """Give the database's URL."""
        return self.database or f"sqlite:///{self.data / 'askfirst.db'}"

    @property
    def keys_url(self) -> str:
        """Give the URL of the keys' database; several machines that share one database share its keys, too."""
        if self.keys_database or self.database.startswith("postgresql"):
            return self.keys_database or self.database
        return f"sqlite:///{self.data / 'askfirst-keys.db'}"

    @property
    def master_key_file(self) -> Path:
        """Give the file that holds the master key where it isn't given."""
        return self.data / "master.key"
