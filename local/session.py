"""boto3 sessions that know one emulator and nothing of this machine's AWS settings."""

import os
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
import botocore
import botocore.session
from botocore.config import Config
from botocore.loaders import Loader, create_loader

if TYPE_CHECKING:
    from mypy_boto3_sts.type_defs import CredentialsTypeDef

USER_AGENT = f"Boto3/{boto3.__version__} Botocore/{botocore.__version__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a request is signed with."""

    key_id: str
    secret: str
    token: str | None

    @classmethod
    def of_session(cls, keys: "CredentialsTypeDef") -> "Credentials":
        """Those that STS answers with."""
        return cls(key_id=keys["AccessKeyId"], secret=keys["SecretAccessKey"], token=keys["SessionToken"])


class Session(boto3.Session):
    """A session that makes each client once, for all threads: to make one takes longer than to ask it."""

    def __init__(self, **how: Any) -> None:  # noqa: ANN401 - boto3's own arguments
        super().__init__(**how)
        self._made: dict[Hashable, Any] = {}
        self._making = Lock()

    def client(self, service_name: str, **how: Hashable) -> Any:  # type: ignore[override] # noqa: ANN401 - as above
        """The client for a service and what is said of it."""
        which = (service_name, *sorted(how.items()))
        with self._making:
            if which not in self._made:
                self._made[which] = super().client(service_name, **how)  # type: ignore[call-overload]
        return self._made[which]


@cache
def models() -> Loader:
    """AWS' models: they are megabytes, and all sessions read the same ones."""
    return create_loader()


@cache
def open_session(credentials: Credentials, region: str) -> boto3.Session:
    """A session without profile, configuration files, proxies or the environment's credentials."""
    nowhere: tuple[None, list[str], str, None] = (None, [], os.devnull, None)
    core = botocore.session.Session(
        session_vars={
            "profile": (None, [], None, None),
            "config_file": nowhere,
            "credentials_file": nowhere,
        }
    )
    core.register_component("data_loader", models())
    core.set_default_client_config(Config(proxies={}, user_agent=USER_AGENT))
    return Session(
        aws_access_key_id=credentials.key_id,
        aws_secret_access_key=credentials.secret,
        aws_session_token=credentials.token,
        region_name=region,
        botocore_session=core,
    )
