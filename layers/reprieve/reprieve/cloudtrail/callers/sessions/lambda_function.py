"""A Lambda function.

`inScopeOf` is proof. Without it, the session bears the function's name, which anybody may choose:
it is taken for one where the SDK says it runs in Lambda, or where the encryption context is that
of the environment variables of a function of that name.
Source: CloudTrail user guide, "CloudTrail userIdentity element", inScopeOf; Lambda developer guide,
"Defined runtime environment variables" (AWS_EXECUTION_ENV) and "Securing environment variables".
"""

from reprieve.cloudtrail.callers.sessions.session import RoleSession, Who
from reprieve.console import page
from reprieve.untrusted import text

_KIND = "AWS::Lambda::Function"


def read(session: RoleSession) -> Who | None:
    """Name the function."""
    issued_to = session.issued_to(_KIND)
    if issued_to:
        function = _name(issued_to.resource)
        return Who(name=f"Lambda function {function}", console_url=_page(issued_to.region, function))
    if session.name and (session.environment.startswith("AWS_Lambda_") or _is_in_context(session)):
        url = _page(session.evidence.region, session.name)
        return Who(name=f"likely Lambda function {session.name}", console_url=url)
    return None


def _is_in_context(session: RoleSession) -> bool:
    resource = text(session.evidence.context, "aws:lambda:FunctionArn", limit=256).partition(":function:")[2]
    return _name(f"function:{resource}") == session.name


def _name(resource: str) -> str:
    """Return the name in `function:NAME` or `function:NAME:VERSION`."""
    return resource.removeprefix("function:").partition(":")[0]


def _page(region: str, function: str) -> str | None:
    return page(region, "lambda/home?region={region}#/functions/{function}", function=function)
