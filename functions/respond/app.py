"""HTTP → the page of a case, and the decision: see `reprieve.respond`."""

import os
import time
from base64 import b64decode
from binascii import Error as NotBase64Error
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from reprieve.adapters.accounts import Accounts, member_sessions
from reprieve.adapters.aws import PROMPT
from reprieve.adapters.dynamodb import DynamoTable
from reprieve.adapters.kms import KmsChecker, KmsControl, KmsDirectory, Regions
from reprieve.adapters.sqs import SqsQueue
from reprieve.adapters.structured_log import StructuredLog
from reprieve.casebook import Casebook
from reprieve.clock import utc_now
from reprieve.fields import mapping, text
from reprieve.looking import Looker
from reprieve.pages import security_headers
from reprieve.rescue import Rescuer
from reprieve.respond import Request, Responder
from reprieve.settings import RespondSettings

TOKEN_LIMIT = 16_384  # characters, more than API Gateway lets through: the link's own check decides


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of the HTTP API (payload format 2.0); its path is a secret, and is not logged."""
    _logger().append_keys(function_request_id=context.aws_request_id)
    request = _request(event)
    page = _responder().respond(request)
    return {
        "statusCode": page.status,
        "headers": {**security_headers(), **page.headers},
        "body": "" if request.method == "HEAD" else page.html,
    }


def _request(event: Mapping[str, Any]) -> Request:
    http = mapping(event, "requestContext", "http")
    return Request(
        method=text(http, "method"),
        token=text(event, "pathParameters", "token", limit=TOKEN_LIMIT),
        source_ip=text(http, "sourceIp"),
        user_agent=text(http, "userAgent"),
        body=_body(event),
    )


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode()
    try:
        return b64decode(body)
    except (NotBase64Error, ValueError):
        return b""


@cache
def _logger() -> Logger:
    return Logger()


@cache
def _responder() -> Responder:
    settings = RespondSettings.read(os.environ)
    log = StructuredLog(_logger())
    regions = Regions()
    accounts = Accounts(
        own=settings.account, members=member_sessions(settings.member_role, settings.external_id)
    )
    keys = KmsDirectory(accounts)
    casebook = Casebook(DynamoTable(boto3.client("dynamodb", config=PROMPT), settings.table))
    looker = Looker(keys=keys, casebook=casebook, pool=ThreadPoolExecutor(2), log=log)
    return Responder(
        checker=KmsChecker(regions, settings.signing_key),
        looker=looker,
        rescuer=Rescuer(
            channels=settings.channels,
            looker=looker,
            keys=keys,
            control=KmsControl(accounts),
            casebook=casebook,
            queue=SqsQueue(boto3.client("sqs", config=PROMPT), settings.queue_url),
            clock=utc_now,
            sleep=time.sleep,
            log=log,
        ),
        clock=utc_now,
        log=log,
    )
