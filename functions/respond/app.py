"""HTTP → the page of a case, and the decision: see `reprieve.respond.responder`."""

import os
import time
from base64 import b64decode
from binascii import Error as NotBase64Error
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any

from reprieve.adapters.accounts import Accounts, member_sessions
from reprieve.adapters.aws import PROMPT, client
from reprieve.adapters.dynamodb import DynamoTable
from reprieve.adapters.kms import KmsChecker, KmsControl, KmsDirectory
from reprieve.adapters.sqs import SqsQueue
from reprieve.adapters.structured_log import StructuredLog, make_logger
from reprieve.cases.recipient import RecipientStore
from reprieve.cases.sample_store import SampleStore
from reprieve.cases.store import CaseStore
from reprieve.cases.visitor import AuthMethod
from reprieve.clock import utc_now
from reprieve.environment import prepare
from reprieve.ports import Log
from reprieve.respond.access import Access
from reprieve.respond.case_view import CaseReader
from reprieve.respond.pages.rendering import security_headers
from reprieve.respond.recovery import KeyRecovery
from reprieve.respond.rescue import Rescuer
from reprieve.respond.responder import Request, Responder
from reprieve.respond.samples import Samples
from reprieve.respond.settings import RespondSettings, SignInSettings
from reprieve.respond.sign_in import SignIn
from reprieve.untrusted import look, mapping, text

TOKEN_LIMIT = 16_384  # characters, more than API Gateway lets through: the link's own check decides
HEADER_LIMIT = 4_096
COOKIES_AT_MOST = 50
_BLANKS = " \t"

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Answer one request of the HTTP API (payload format 2.0); its path is a secret, and is not logged."""
    _logger().append_keys(function_request_id=context.aws_request_id)
    request = _request(event)
    page = _responder().respond(request)
    return {
        "statusCode": page.status,
        "headers": {**security_headers(), **page.headers},
        "cookies": list(page.cookies),
        "body": "" if request.route.startswith("HEAD ") else page.html,
    }


def _request(event: Mapping[str, Any]) -> Request:
    context = mapping(event, "requestContext")
    http = mapping(context, "http")
    return Request(
        route=text(event, "routeKey"),
        token=text(event, "pathParameters", "token", limit=TOKEN_LIMIT),
        origin=f"https://{text(context, 'domainName')}",
        source_ip=text(http, "sourceIp"),
        user_agent=text(http, "userAgent"),
        headers=_strings(mapping(event, "headers")),
        cookies=_cookies(event),
        query=_strings(mapping(event, "queryStringParameters")),
        body=_body(event),
    )


def _strings(found: Mapping[str, Any]) -> Mapping[str, str]:
    return {name: text(found, name, limit=HEADER_LIMIT) for name in found}


def _cookies(event: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the cookies of a request; of two by one name, the first, as browsers send the closest first.

    Blanks and tabs alone surround a name (RFC 6265, section 5.2): with another blank before it, any host may
    set a cookie that only looks like one of ours, which begin with `__Host-`.
    """
    listed = look(event, "cookies")
    pairs = (
        [str(pair).partition("=") for pair in listed[:COOKIES_AT_MOST]] if isinstance(listed, list) else []
    )
    return {name.strip(_BLANKS): value.strip(_BLANKS) for name, _, value in reversed(pairs)}


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode()
    try:
        return b64decode(body)
    except (NotBase64Error, ValueError):
        return b""


@cache
def _logger() -> "Logger":
    return make_logger()


@cache
def _responder() -> Responder:
    settings = RespondSettings.read(os.environ)
    log = StructuredLog(_logger())
    table = DynamoTable(client("dynamodb", PROMPT), settings.table)
    store = CaseStore(table, settings.retention)
    accounts = _accounts(settings)
    reader = CaseReader(
        keys=KmsDirectory(accounts), store=store, pool=ThreadPoolExecutor(2), clock=utc_now, log=log
    )
    return Responder(
        checkers={letter: KmsChecker(accounts, key) for letter, key in settings.signing_keys.items()},
        access=Access(
            auth_method=settings.auth_method, networks=settings.networks, sign_in=_sign_in(settings, table)
        ),
        reader=reader,
        rescuer=_rescuer(settings, accounts, reader, log),
        store=store,
        recipients=RecipientStore(table, settings.retention),
        samples=Samples(store=SampleStore(table, settings.retention), clock=utc_now, log=log),
        clock=utc_now,
        log=log,
    )


def _accounts(settings: RespondSettings) -> Accounts:
    """Return how accounts are entered, with the client of our own one, which every link needs."""
    members = member_sessions(settings.member_role, settings.external_id)
    accounts = Accounts(own=settings.account, members=members)
    accounts.prepare("kms", region=next(iter(settings.signing_keys.values())).region)
    return accounts


def _rescuer(settings: RespondSettings, accounts: Accounts, reader: CaseReader, log: Log) -> Rescuer:
    return Rescuer(
        reader=reader,
        recovery=KeyRecovery(keys=reader.keys, control=KmsControl(accounts), sleep=time.sleep, log=log),
        store=reader.store,
        queue=SqsQueue(client("sqs", PROMPT), settings.queue_url),
        clock=utc_now,
        log=log,
    )


def _sign_in(settings: RespondSettings, table: DynamoTable) -> SignIn | None:
    """Return how visitors sign in, where they have to."""
    if settings.auth_method is not AuthMethod.SIGN_IN:
        return None
    from reprieve.adapters.openid import ClientSecret, OpenIdProvider  # noqa: PLC0415 - others don't wait for it

    told = SignInSettings.read(os.environ)
    secrets = client("secretsmanager", PROMPT) if told.secret else None
    provider = OpenIdProvider(
        issuer=told.issuer,
        client_id=told.client_id,
        redirect_uri=told.redirect_uri,
        secret=ClientSecret(secrets, told.secret) if secrets else None,
        wants_groups=bool(told.rule.groups),
    )
    return SignIn(provider=provider, rule=told.rule, table=table, clock=utc_now)


prepare(os.environ, _responder)
