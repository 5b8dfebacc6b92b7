"""boto3 sessions that know one emulator and nothing of this machine's AWS settings."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
import botocore
import botocore.session
from botocore.config import Config

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
    core.set_default_client_config(Config(proxies={}, user_agent=USER_AGENT))
    return boto3.Session(
        aws_access_key_id=credentials.key_id,
        aws_secret_access_key=credentials.secret,
        aws_session_token=credentials.token,
        region_name=region,
        botocore_session=core,
    )
