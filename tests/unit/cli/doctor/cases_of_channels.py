"""What the checks of the document of channels may find."""

import json
from typing import Any, Final

from kms_reprieve_cli.doctor.people import channel_arns, channel_entries, channel_mail, channel_routes
from tests.channel_examples import entry
from tests.unit.cli.doctor.case import FAIL, PASS, UNKNOWN, WARN, Case
from tests.unit.cli.doctor.clouds import absent, denied
from tests.unit.cli.doctor.healthy import ACCOUNT, KEY, NOW, REGION, secret, stack_reply

TOPIC: Final = f"arn:aws:sns:{REGION}:{ACCOUNT}:notices"
DOMAIN: Final = f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/example.com"
TRACKED: Final = f"arn:aws:ses:{REGION}:{ACCOUNT}:configuration-set/tracked"
HOOK: Final = entry("slack-webhook", name="ops")
TYPO: Final = {"name": "typo", "type": "slack-webhok"}
MAIL: Final = entry("email", name="owners")
NO_SECRET: Final = {"secretsmanager:GetSecretValue": absent("secretsmanager", "GetSecretValue")}


def document(*entries: Any, **parameters: str) -> dict[str, Any]:
    """A stack with a document."""
    return {
        "cloudformation:DescribeStacks": stack_reply(ChannelsSecretArn="arn:document", **parameters),
        "secretsmanager:DescribeSecret": secret(),
        "secretsmanager:GetSecretValue": {"SecretString": json.dumps({"channels": entries})},
    }


def routed(**only: list[str]) -> dict[str, Any]:
    return HOOK | {"only": only}


def mail(account: Any = None, **identity: Any) -> dict[str, Any]:
    """SES, with the identity example.com."""

    def found(parameters: Any) -> Any:
        if parameters["EmailIdentity"] != "example.com":
            return absent("sesv2", "GetEmailIdentity")
        return {"IdentityType": "DOMAIN", "VerifiedForSendingStatus": True} | identity

    usual = {"SendingEnabled": True, "ProductionAccessEnabled": True, "EnforcementStatus": "HEALTHY"}
    return {"sesv2:GetEmailIdentity": found, "sesv2:GetAccount": usual | (account or {})}


CASES: Final = (
    Case(check=channel_entries, status=()),
    Case(check=channel_entries, status=PASS, says="is understood: ops", differs=document(HOOK)),
    Case(
        check=channel_entries,
        status=FAIL,
        says="channels[1] (typo): type is not known",
        differs=document(HOOK, TYPO),
    ),
    Case(
        check=channel_entries,
        status=(FAIL, WARN),
        says="channels[0] (typo): type is not known",
        differs=document(TYPO),
    ),
    Case(
        check=channel_entries,
        status=(FAIL, WARN),
        says="the document: is not JSON",
        differs=document() | {"secretsmanager:GetSecretValue": {"SecretString": "{confidential"}},
    ),
    Case(
        check=channel_entries,
        status=FAIL,
        says="does not exist",
        differs=document()
        | NO_SECRET
        | {"secretsmanager:DescribeSecret": absent("secretsmanager", "DescribeSecret")},
    ),
    Case(check=channel_entries, status=(), differs=document() | NO_SECRET),
    Case(
        check=channel_entries,
        status=FAIL,
        says="restore-secret",
        differs=document() | {"secretsmanager:DescribeSecret": secret(DeletedDate=NOW)},
    ),
    Case(
        check=channel_entries,
        status=FAIL,
        says=f"the function may not use the key {KEY}",
        differs=document() | {"secretsmanager:DescribeSecret": secret(KmsKeyId=KEY)},
    ),
    Case(
        check=channel_entries,
        status=UNKNOWN,
        says="secretsmanager:GetSecretValue",
        differs=document() | {"secretsmanager:GetSecretValue": denied("secretsmanager:GetSecretValue")},
    ),
    Case(check=channel_routes, status=()),
    Case(check=channel_routes, status=(), differs=document() | NO_SECRET),
    Case(check=channel_routes, status=(), differs=document(TYPO)),
    Case(
        check=channel_routes,
        status=PASS,
        differs=document(
            routed(accounts=[ACCOUNT], regions=[REGION, "cn-north-1"], owners=["team"]), OwnerTags="Owner"
        ),
    ),
    Case(
        check=channel_routes,
        status=(WARN, WARN),
        says="only.accounts: 1111 is not an account ID",
        differs=document(routed(accounts=[ACCOUNT, "1111"], regions=[REGION, "eu-wets-1"])),
    ),
    Case(
        check=channel_routes,
        status=WARN,
        says="NotifyOnScheduling is no",
        differs=document(routed(reasons=["deletion-scheduled"]), NotifyOnScheduling="no"),
    ),
    Case(
        check=channel_routes,
        status=WARN,
        says="so no key has an owner",
        differs=document(routed(owners=["team-orders"]), OwnerTags=""),
    ),
    Case(
        check=channel_routes,
        status=WARN,
        says="none of them is in the partition aws",
        differs=document(routed(regions=["cn-north-1"])),
    ),
    Case(check=channel_arns, status=()),
    Case(check=channel_arns, status=(), differs=document(HOOK)),
    Case(
        check=channel_arns,
        status=PASS,
        differs=document(
            HOOK,
            TYPO,
            "no entry",
            entry("sns", topic=TOPIC),
            MAIL,
            ChannelArns=f"{TOPIC},{DOMAIN},{TRACKED}",
        ),
    ),
    Case(
        check=channel_arns,
        status=FAIL,
        says=f"ChannelArns={DOMAIN},{TOPIC}",
        differs=document(entry("sns", topic=TOPIC), MAIL, ChannelArns=DOMAIN),
    ),
    Case(
        check=channel_arns,
        status=(WARN, PASS),
        says=f"ChannelArns names {DOMAIN}, and no channel sends to it",
        differs=document(entry("sns", topic=TOPIC), ChannelArns=f"{TOPIC},{DOMAIN}"),
    ),
    Case(check=channel_mail, status=()),
    Case(check=channel_mail, status=(), differs=document(HOOK)),
    Case(check=channel_mail, status=(PASS, PASS), differs=document(MAIL, TYPO) | mail()),
    Case(
        check=channel_mail,
        status=(FAIL, PASS),
        says="the SES identity example.com is not verified",
        differs=document(MAIL) | mail(VerifiedForSendingStatus=False),
    ),
    Case(
        check=channel_mail,
        status=(FAIL, PASS),
        says=f"SES has no identity for kms@example.org in {REGION}",
        differs=document(entry("email", **{"from": "kms@example.org"})) | mail(),
    ),
    Case(
        check=channel_mail,
        status=(FAIL, PASS),
        says=f"Deploy with {TRACKED} in ChannelArns",
        differs=document(MAIL) | mail(ConfigurationSetName="tracked"),
    ),
    Case(
        check=channel_mail,
        status=(PASS, PASS),
        differs=document(MAIL, ChannelArns=TRACKED) | mail(ConfigurationSetName="tracked"),
    ),
    Case(
        check=channel_mail,
        status=(PASS, WARN),
        says="in its sandbox",
        differs=document(MAIL) | mail({"ProductionAccessEnabled": False}),
    ),
    Case(
        check=channel_mail,
        status=(PASS, FAIL),
        says="SES sends no email",
        differs=document(MAIL) | mail({"SendingEnabled": False}),
    ),
    Case(
        check=channel_mail,
        status=(PASS, FAIL),
        says="SES sends no email",
        differs=document(MAIL) | mail({"EnforcementStatus": "SHUTDOWN"}),
    ),
)
