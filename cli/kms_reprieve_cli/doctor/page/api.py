"""Whether the API of the pages answers at its own address, and to whom."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed, warning
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.page.networks import named
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "api"
GROUP: Final = Group.PAGE
WHEN: Final = Phase.AFTER
NEEDS: Final = ("apigateway:GET",)

_IPV6: Final = 6


def look(subject: Subject) -> Iterator[Result]:
    """Ask API Gateway."""
    api = subject.stack.required("LinkApi")
    told = subject.cloud.ask("apigatewayv2", "GetApi", ApiId=api)
    if told.get("DisableExecuteApiEndpoint"):
        yield failure(
            f"the default endpoint of API {api} is disabled",
            cause="every link in a notice begins with it",
            fix=f"aws apigatewayv2 update-api --api-id {api} --no-disable-execute-api-endpoint",
        )
    elif told.get("IpAddressType", "ipv4") == "ipv4" and any(
        each.version == _IPV6 for each in named(subject.stack)
    ):
        yield warning(
            f"API {api} answers to IPv4 only, and ApproverCidrs names IPv6 networks",
            cause="visitors come by IPv4, so those networks let nobody in",
            fix=f"aws apigatewayv2 update-api --api-id {api} --ip-address-type dualstack",
        )
    else:
        yield passed(f"API {api} answers at its default endpoint")
