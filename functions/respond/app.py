"""HTTP → the page of a case, and the decision: see `reprieve.respond.responder`.

A press of a button in Slack is acknowledged, and carried out in an invocation of its own, which this function
starts: see `reprieve.respond.slack.desk`.
"""

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
from reprieve.respond.id_tokens import ApproverRules
from reprieve.respond.pages.rendering import Page, security_headers
from reprieve.respond.recovery import KeyRecovery
from reprieve.respond.rescue import Rescuer
from reprieve.respond.responder import Request, Responder
from reprieve.respond.samples import Samples
from reprieve.respond.settings import RespondSettings, SignInSettings
from reprieve.respond.sign_in import SignIn
from reprieve.untrusted import look, mapping, text

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from reprieve.adapters.lambda_function import LambdaFunction
    from reprieve.messages.channels.slack_app_entry import SlackAppEntry
    from reprieve.respond.slack.desk import SlackDesk

PRESS = "press"
"""In an event of this function's own, the request that reports a press in Slack."""

SLACK_ROUTE = "POST /slack"
SLACK_SECONDS = 2.0
"""How long Slack may take for an answer: KMS waits for two of them."""

TOKEN_LIMIT = 16_384  # characters, more than API Gateway lets through: the link's own check decides
HEADER_LIMIT = 4_096
COOKIES_AT_MOST = 50
_BLANKS = " \t"


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Answer one request of the HTTP API (payload format 2.0); its path is a secret, and is not logged."""
    _logger().append_keys(function_request_id=context.aws_request_id)
    if PRESS in event:
        return _carry_out(mapping(event, PRESS), context)
    request = _request(event)
    page = _pressed(event, request, context) or _responder().respond(request)
    return {
        "statusCode": page.status,
        "headers": {**security_headers(), **page.headers},
        "cookies": list(page.cookies),
        "body": "" if request.route.startswith("HEAD ") else page.html,
    }


def _pressed(event: Mapping[str, Any], request: Request, context: "LambdaContext") -> Page | None:
    """Acknowledge a press in Slack, and hand it over; None where there is none, or no Slack app."""
    if request.route != SLACK_ROUTE or not _settings().channels:
        return None
    return _desk().take(request, lambda: _itself(context).invoke_later({PRESS: event}))


def _carry_out(event: Mapping[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Carry out a press in Slack; its signature is checked again, because nobody else vouches for it here."""
    from reprieve.adapters.idempotency import OnceInTable  # noqa: PLC0415 - others don't wait for it

    once = OnceInTable(_dynamodb(), _settings().table, context, partition=PRESS)
    _desk().work(_request(event), once)
    return {}


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

    Only blanks and tabs surround a name (RFC 6265, section 5.2): with another blank before it, any host may
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
        return str(body).encode(errors="replace")
    try:
        return b64decode(body)
    except (NotBase64Error, ValueError):
        return b""


@cache
def _logger() -> "Logger":
    return make_logger()


@cache
def _settings() -> RespondSettings:
    return RespondSettings.read(os.environ)


@cache
def _dynamodb() -> Any:  # noqa: ANN401 - only the type checker knows the client's type
    return client("dynamodb", PROMPT)


def _itself(context: "LambdaContext") -> "LambdaFunction":
    from reprieve.adapters.lambda_function import LambdaFunction  # noqa: PLC0415 - others don't wait for it

    return LambdaFunction(_lambda(), context.invoked_function_arn)


@cache
def _lambda() -> Any:  # noqa: ANN401 - as above
    return client("lambda", PROMPT)


@cache
def _responder() -> Responder:
    settings = _settings()
    log = StructuredLog(_logger())
    table = DynamoTable(_dynamodb(), settings.table)
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


@cache
def _desk() -> "SlackDesk":
    """Return what answers presses in Slack."""
    from reprieve.adapters.http import HttpClient  # noqa: PLC0415 - others don't wait for it
    from reprieve.adapters.secrets import read_whole_secret  # noqa: PLC0415 - as above
    from reprieve.adapters.slack_api import ANSWER_LIMIT, SlackApi  # noqa: PLC0415 - as above
    from reprieve.respond.slack.apps import SlackApps  # noqa: PLC0415 - as above
    from reprieve.respond.slack.desk import SlackDesk  # noqa: PLC0415 - as above
    from reprieve.respond.slack.people import SlackPeople  # noqa: PLC0415 - as above
    from reprieve.respond.slack.replies import Replies  # noqa: PLC0415 - as above

    settings, responder = _settings(), _responder()
    secrets, http = client("secretsmanager", PROMPT), HttpClient(SLACK_SECONDS, ANSWER_LIMIT)

    def api(app: "SlackAppEntry") -> SlackApi:
        return SlackApi(http, app.bot_token, app.url)

    sign_in = responder.access.sign_in
    return SlackDesk(
        apps=SlackApps(lambda: read_whole_secret(secrets, settings.channels), utc_now),
        people=SlackPeople(
            api=api,
            auth_method=settings.auth_method,
            rule=sign_in.rule if sign_in else ApproverRules(),
        ),
        replies=Replies(http=http, api=api, log=responder.log),
        checkers=responder.checkers,
        rescuer=responder.rescuer,
        clock=utc_now,
        log=responder.log,
    )


def _prepared() -> None:
    """Make what the first event needs: Slack gives a press three seconds, and a client takes some of them."""
    _responder()
    if _settings().channels:
        _desk()
        _lambda()


prepare(os.environ, _prepared)
