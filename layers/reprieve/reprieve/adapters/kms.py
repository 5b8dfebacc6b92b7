"""AWS KMS. Every call goes to the key's own Region: no other one knows the key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Final

import boto3
from botocore.exceptions import ClientError

from reprieve.adapters.aws import PROMPT, call
from reprieve.arn import KeyArn
from reprieve.fields import one_line
from reprieve.ports import KeyMetadata

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_kms.type_defs import KeyMetadataTypeDef

_MAC_ALGORITHM: Final = "HMAC_SHA_256"
_TAGS_AT_MOST: Final = 50  # KMS developer guide, "Resource quotas": 50 tags a key
_ALIASES_AT_MOST: Final = 50


def client_in(region: str) -> "KMSClient":
    """Return a new KMS client for a Region."""
    return boto3.client("kms", region_name=region, config=PROMPT)


@dataclass(slots=True)
class Regions:
    """One KMS client for each Region, made when it is first asked for, by whichever thread."""

    make: "Callable[[str], KMSClient]" = client_in
    _clients: "dict[str, KMSClient]" = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, key: KeyArn) -> "KMSClient":
        """Return the client for the key's Region."""
        with self._lock:
            if key.region not in self._clients:
                self._clients[key.region] = self.make(key.region)
            return self._clients[key.region]


@dataclass(frozen=True, slots=True)
class KmsDirectory:
    """The `KeyDirectory` of AWS."""

    regions: Regions

    def describe(self, key: KeyArn) -> KeyMetadata:
        """Ask kms:DescribeKey."""
        with call("kms:DescribeKey"):
            return _metadata(self.regions.of(key).describe_key(KeyId=str(key))["KeyMetadata"])

    def aliases(self, key: KeyArn) -> tuple[str, ...]:
        """Ask kms:ListAliases, which takes no other account's key."""
        with call("kms:ListAliases"):
            answer = self.regions.of(key).list_aliases(KeyId=str(key), Limit=_ALIASES_AT_MOST)
        return tuple(one_line(alias["AliasName"]) for alias in answer["Aliases"])

    def tags(self, key: KeyArn) -> Mapping[str, str]:
        """Ask kms:ListResourceTags."""
        with call("kms:ListResourceTags"):
            answer = self.regions.of(key).list_resource_tags(KeyId=str(key), Limit=_TAGS_AT_MOST)
        return {one_line(tag["TagKey"]): one_line(tag["TagValue"]) for tag in answer["Tags"]}


@dataclass(frozen=True, slots=True)
class KmsControl:
    """The `KeyControl` of AWS."""

    regions: Regions

    def cancel_deletion(self, key: KeyArn) -> str:
        """Call kms:CancelKeyDeletion."""
        with call("kms:CancelKeyDeletion"):
            answer = self.regions.of(key).cancel_key_deletion(KeyId=str(key))
        return answer["ResponseMetadata"]["RequestId"]

    def enable(self, key: KeyArn) -> str:
        """Call kms:EnableKey."""
        with call("kms:EnableKey"):
            answer = self.regions.of(key).enable_key(KeyId=str(key))
        return answer["ResponseMetadata"]["RequestId"]


@dataclass(frozen=True, slots=True)
class KmsMinter:
    """The `LinkMinter` of AWS: kms:GenerateMac under one key."""

    regions: Regions
    signing_key: KeyArn

    def generate_mac(self, message: bytes) -> bytes:
        """Call kms:GenerateMac."""
        with call("kms:GenerateMac"):
            answer = self.regions.of(self.signing_key).generate_mac(
                KeyId=str(self.signing_key), Message=message, MacAlgorithm=_MAC_ALGORITHM
            )
        return answer["Mac"]


@dataclass(frozen=True, slots=True)
class KmsChecker:
    """The `LinkChecker` of AWS: kms:VerifyMac under one key."""

    regions: Regions
    signing_key: KeyArn

    def verify_mac(self, message: bytes, mac: bytes) -> bool:
        """Call kms:VerifyMac, which answers a wrong code with an error of its own."""
        client = self.regions.of(self.signing_key)
        with call("kms:VerifyMac"):
            try:
                answer = client.verify_mac(
                    KeyId=str(self.signing_key), Message=message, Mac=mac, MacAlgorithm=_MAC_ALGORITHM
                )
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") == "KMSInvalidMacException":
                    return False
                raise
        return answer["MacValid"]


def _metadata(told: "KeyMetadataTypeDef") -> KeyMetadata:
    date = told.get("DeletionDate")
    return KeyMetadata(
        arn=KeyArn.parse(told["Arn"]),
        state=told["KeyState"],
        description=one_line(told.get("Description", "")),
        deletion_date=date.replace(microsecond=0) if date else None,
        multi_region=told.get("MultiRegionConfiguration", {}).get("MultiRegionKeyType"),
    )
