"""AWS KMS. Every call goes to the key's own account and Region: no other one knows the key."""

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Final, Protocol

from botocore.exceptions import ClientError

from reprieve.adapters.aws import PROMPT, call, client
from reprieve.arn import KeyArn
from reprieve.dataclass import dataclass
from reprieve.errors import AwsError
from reprieve.ports import Grants, KeyMetadata, KeyUsage
from reprieve.untrusted import ARN_LIMIT, one_line

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_kms.type_defs import KeyMetadataTypeDef

_MAC_ALGORITHM: Final = "HMAC_SHA_256"
_POLICY: Final = "default"  # KMS API reference, GetKeyPolicy: the only name there is
_TAGS_AT_MOST: Final = 50  # KMS developer guide, "Resource quotas": 50 tags a key
_TAG_VALUE_LIMIT: Final = 256  # KMS API reference, Tag: so many characters
_ALIASES_AT_MOST: Final = 50
_GRANTS_AT_MOST: Final = 50  # of up to 50,000 that a key may have


def client_in(region: str) -> "KMSClient":
    """Return a new KMS client for a Region."""
    made: KMSClient = client("kms", PROMPT, region_name=region)
    return made


class KmsClients(Protocol):
    """Where the client for a key comes from."""

    def of(self, key: KeyArn, by: str = "") -> "KMSClient":
        """Return the client for a key; `by` is the person who decided what is done with it."""
        ...


@dataclass(slots=True)
class Regions:
    """One KMS client for each Region, in our own account, made when it is first asked for."""

    make: "Callable[[str], KMSClient]" = client_in
    _clients: "dict[str, KMSClient]" = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, key: KeyArn, by: str = "") -> "KMSClient":  # noqa: ARG002 - our own role has its own name
        """Return the client for the key's Region."""
        with self._lock:
            if key.region not in self._clients:
                self._clients[key.region] = self.make(key.region)
            return self._clients[key.region]


@dataclass(frozen=True, slots=True)
class KmsDirectory:
    """The `KeyDirectory` of AWS."""

    clients: KmsClients

    def describe(self, key: KeyArn) -> KeyMetadata:
        """Ask kms:DescribeKey."""
        with call("kms:DescribeKey"):
            return _metadata(self.clients.of(key).describe_key(KeyId=str(key))["KeyMetadata"])

    def aliases(self, key: KeyArn) -> tuple[str, ...]:
        """Ask kms:ListAliases, which takes no other account's key."""
        with call("kms:ListAliases"):
            answer = self.clients.of(key).list_aliases(KeyId=str(key), Limit=_ALIASES_AT_MOST)
        return tuple(one_line(alias["AliasName"]) for alias in answer["Aliases"])

    def tags(self, key: KeyArn) -> Mapping[str, str]:
        """Ask kms:ListResourceTags."""
        with call("kms:ListResourceTags"):
            answer = self.clients.of(key).list_resource_tags(KeyId=str(key), Limit=_TAGS_AT_MOST)
        return {
            one_line(tag["TagKey"]): one_line(tag["TagValue"], _TAG_VALUE_LIMIT) for tag in answer["Tags"]
        }

    def last_usage(self, key: KeyArn) -> KeyUsage:
        """Ask kms:GetKeyLastUsage, which the SDK of Lambda's runtime may not have yet."""
        client, operation = self.clients.of(key), "kms:GetKeyLastUsage"
        if not hasattr(client, "get_key_last_usage"):
            raise AwsError(operation, "this version of the AWS SDK does not have it", "")
        with call(operation):
            answer = client.get_key_last_usage(KeyId=str(key))
        last = answer.get("KeyLastUsage", {})
        return KeyUsage(
            operation=one_line(last["Operation"]) if "Operation" in last else None,
            at=_whole(last.get("Timestamp")),
            tracked_since=_whole(answer.get("TrackingStartDate")),
        )

    def grants(self, key: KeyArn) -> Grants:
        """Ask kms:ListGrants for one page. An AWS service is named in a field of its own."""
        with call("kms:ListGrants"):
            answer = self.clients.of(key).list_grants(KeyId=str(key), Limit=_GRANTS_AT_MOST)
        named = (
            one_line(grant.get("GranteePrincipal") or grant.get("GranteeServicePrincipal", ""), ARN_LIMIT)
            for grant in answer["Grants"]
        )
        return Grants(tuple(dict.fromkeys(filter(None, named))), answer.get("Truncated", False))

    def policy(self, key: KeyArn) -> str:
        """Ask kms:GetKeyPolicy."""
        with call("kms:GetKeyPolicy"):
            return self.clients.of(key).get_key_policy(KeyId=str(key), PolicyName=_POLICY)["Policy"]


@dataclass(frozen=True, slots=True)
class KmsControl:
    """The `KeyControl` of AWS."""

    clients: KmsClients

    def cancel_deletion(self, key: KeyArn, by: str = "") -> str:
        """Call kms:CancelKeyDeletion."""
        with call("kms:CancelKeyDeletion"):
            answer = self.clients.of(key, by).cancel_key_deletion(KeyId=str(key))
        return answer["ResponseMetadata"]["RequestId"]

    def enable(self, key: KeyArn, by: str = "") -> str:
        """Call kms:EnableKey."""
        with call("kms:EnableKey"):
            answer = self.clients.of(key, by).enable_key(KeyId=str(key))
        return answer["ResponseMetadata"]["RequestId"]


@dataclass(frozen=True, slots=True)
class KmsMinter:
    """The `LinkMinter` of AWS: kms:GenerateMac under one key."""

    clients: KmsClients
    signing_key: KeyArn

    def generate_mac(self, message: bytes) -> bytes:
        """Call kms:GenerateMac."""
        with call("kms:GenerateMac"):
            answer = self.clients.of(self.signing_key).generate_mac(
                KeyId=str(self.signing_key), Message=message, MacAlgorithm=_MAC_ALGORITHM
            )
        return answer["Mac"]


@dataclass(frozen=True, slots=True)
class KmsChecker:
    """The `LinkChecker` of AWS: kms:VerifyMac under one key."""

    clients: KmsClients
    signing_key: KeyArn

    def verify_mac(self, message: bytes, mac: bytes) -> bool:
        """Call kms:VerifyMac, which answers a wrong code with an error of its own."""
        client = self.clients.of(self.signing_key)
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
    family = told.get("MultiRegionConfiguration", {})
    primary = family.get("PrimaryKey", {}).get("Arn")
    return KeyMetadata(
        arn=KeyArn.parse(told["Arn"]),
        state=told["KeyState"],
        description=one_line(told.get("Description", "")),
        deletion_date=_whole(told.get("DeletionDate")),
        multi_region=family.get("MultiRegionKeyType"),
        primary=KeyArn.parse(primary) if primary else None,
        replicas=tuple(KeyArn.parse(replica["Arn"]) for replica in family.get("ReplicaKeys", ())),
        spec=told.get("KeySpec"),
        usage=told.get("KeyUsage"),
        origin=told.get("Origin"),
        key_store=told.get("CustomKeyStoreId"),
    )


def _whole(moment: datetime | None) -> datetime | None:
    """Return a moment in UTC without fractions of a second: botocore tells it in the zone of this machine."""
    return moment.astimezone(UTC).replace(microsecond=0) if moment else None
