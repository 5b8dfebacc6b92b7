"""One organization of accounts, and sessions that say who is behind them. The emulator's server runs this.

The emulator makes each account the master of an organization of its own, and knows no source identity.
AWS has:

- `aws:PrincipalOrgID` and `aws:ResourceOrgID`, the same for all accounts of an organization (IAM user guide,
  "AWS global condition context keys"), and the names of the accounts, by DescribeAccount, which is authorized
  on an account (Service Authorization Reference, "Actions, resources, and condition keys for AWS
  Organizations").
- `aws:PrincipalArn`, which of an assumed role is the ARN of the role, and not of its session (as above).
- `sts:ExternalId`, `sts:RoleSessionName` and `sts:SourceIdentity` for the policies of whoever assumes a role,
  not for the role's trust policy alone (Service Authorization Reference, "Condition keys for AWS STS").
- `sts:SetSourceIdentity`, which an AssumeRole with a source identity needs besides, by the policies of both
  sides, and `aws:SourceIdentity` in every request of the session (IAM user guide, "Monitor and control
  actions taken with assumed roles"). That it outlives a change of role is left out: none here does that.
"""

import json
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace
from functools import lru_cache
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import iam, organizations, sts

from local.organization_accounts import MANAGEMENT, NAMES, ORGANIZATION

Keys = dict[str, Any]
ASSUME = "sts:AssumeRole"
SET_SOURCE_IDENTITY = "sts:SetSourceIdentity"
PARAMETERS = ("ExternalId", "RoleSessionName", "SourceIdentity")
asked: ContextVar[str | None] = ContextVar("asked", default=None)
"""The source identity that the AssumeRole under way asks for."""


def organization_of(account: str) -> str | None:
    """The organization that an account belongs to."""
    return ORGANIZATION if account in NAMES else None


def with_organization_of_resource(resolve: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    """The value of a condition key, with that of the organization whose account owns the resource."""

    def value(key: str, context: Any) -> Any:  # noqa: ANN401 - the emulator's own types
        if key.lower() == "aws:resourceorgid":
            return organization_of(resolve("aws:ResourceAccount", context))
        return resolve(key, context)

    return value


def with_role_of_session(resolve: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    """The value of a condition key; whoever has assumed a role is that role."""

    def value(key: str, context: Any) -> Any:  # noqa: ANN401 - as above
        found = resolve(key, context)
        if key.lower() != "aws:principalarn" or ":assumed-role/" not in str(found):
            return found
        name = found.split("/")[1]
        role = iam._roles.get_scoped(context.principal_account, None, name)  # noqa: SLF001 - no public name
        return role["Arn"] if role else found

    return value


def with_assume_role_keys(context: Callable[..., Keys]) -> Callable[..., Keys]:
    """The condition keys of a request, with those of an AssumeRole."""

    def keys(service: str, action: str, body: bytes, parameters: dict[str, list[str]]) -> Keys:
        found = context(service, action, body, parameters)
        if action != ASSUME:
            return found
        said = {name: parameters[name][0] for name in PARAMETERS if name in parameters}
        asked.set(said.get("SourceIdentity"))
        return found | {f"sts:{name}": value for name, value in said.items()}

    return keys


def with_source_identity_allowed(enforce: Callable[..., Any]) -> Callable[..., Any]:
    """What refuses a request by its caller's policies: a source identity is an action of its own."""

    def refusal(access_key: str, action: str, *request: object, **named: object) -> object:
        refused = enforce(access_key, action, *request, **named)
        if refused or action != ASSUME or not asked.get():
            return refused
        return enforce(access_key, SET_SOURCE_IDENTITY, *request, **named)

    return refusal


def with_source_identity_trusted(trusts: Callable[..., bool]) -> Callable[..., bool]:
    """Whether a role's trust policy lets somebody in: as above."""

    def allows(document: object, caller: str, context: Any = None) -> bool:  # noqa: ANN401 - as above
        if not context or context.action != ASSUME or not asked.get():
            return trusts(document, caller, context)
        keys = {**context.service_context, "sts:sourceidentity": asked.get()}
        said = replace(context, service_context=keys)
        return trusts(document, caller, said) and trusts(
            document, caller, replace(said, action=SET_SOURCE_IDENTITY)
        )

    return allows


def with_source_identity_kept(register: Callable[[str, Keys], None]) -> Callable[[str, Keys], None]:
    """What keeps a new session, with the source identity that was asked for."""

    def kept(access_key: str, session: Keys) -> None:
        register(access_key, session | {"SourceIdentity": asked.get()})

    return kept


def with_source_identity_of_session(keys_of: Callable[[Any], Keys]) -> Callable[[Any], Keys]:
    """The condition keys that tell of a caller, with the source identity of their session."""

    def keys(credential: Any) -> Keys:  # noqa: ANN401 - as above
        session = sts._sessions.get(credential.access_key_id) or {}  # noqa: SLF001 - no public name
        source = session.get("SourceIdentity")
        return keys_of(credential) | ({"aws:sourceidentity": source} if source else {})

    return keys


def with_account_as_resource(resource_of: Callable[..., str]) -> Callable[..., str]:
    """The ARN of what a request is about; DescribeAccount is about an account."""

    def arn(service: str, method: str, path: str, headers: object, body: bytes, *rest: object) -> str:
        if service == "organizations" and b'"AccountId"' in body:
            return account_arn(json.loads(body)["AccountId"])
        return resource_of(service, method, path, headers, body, *rest)

    return arn


def account_arn(account: str) -> str:
    """The ARN of an account; the management account stands before the organization's id."""
    return f"arn:aws:organizations::{MANAGEMENT}:account/{ORGANIZATION}/{account}"


def read_once(statements_of: Callable[[Any], list[Any]]) -> Callable[[Any], list[Any]]:
    """The statements of a policy, which the emulator reads again for each request of whoever has it."""
    of_text = lru_cache(maxsize=1_000)(statements_of)

    def read(policy: str | Keys) -> list[Any]:
        return of_text(policy) if isinstance(policy, str) else statements_of(policy)

    return read


def found_organization() -> None:
    """Name the accounts in the management account's organization."""
    for account, name in NAMES.items():
        organizations._orgs.set_scoped(account, None, "self", {"Id": ORGANIZATION})  # noqa: SLF001 - as above
        member = {"Id": account, "Arn": account_arn(account), "Name": name, "Status": "ACTIVE"}
        organizations._accounts.set_scoped(MANAGEMENT, None, account, member)  # noqa: SLF001 - as above


def add_accounts() -> None:
    """Put all of the above into the emulator."""
    found_organization()
    iam_actions.request_tag_context = with_assume_role_keys(iam_actions.request_tag_context)
    iam_actions.extract_resource_arn = with_account_as_resource(iam_actions.extract_resource_arn)
    sts.register_session = with_source_identity_kept(sts.register_session)
    rules = iam_evaluator
    rules.parse_policy_document = read_once(rules.parse_policy_document)
    rules.enforce = with_source_identity_allowed(rules.enforce)
    rules.evaluate_trust_policy = with_source_identity_trusted(rules.evaluate_trust_policy)
    rules._principal_org_id = organization_of  # noqa: SLF001 - no public name
    rules._principal_keys = with_source_identity_of_session(rules._principal_keys)  # noqa: SLF001 - as above
    rules._resolve_condition_key = with_role_of_session(  # noqa: SLF001 - as above
        with_organization_of_resource(rules._resolve_condition_key)  # noqa: SLF001 - as above
    )
