"""The organization's names for its accounts."""

from typing import Any

from reprieve.adapters.aws import call
from reprieve.dataclass import dataclass
from reprieve.untrusted import one_line


@dataclass(frozen=True, slots=True)
class OrganizationAccounts:
    """The `AccountNames` of AWS, from the management account or a delegated administrator's."""

    client: Any

    def name(self, account: str) -> str:
        """Ask organizations:DescribeAccount."""
        with call("organizations:DescribeAccount"):
            return one_line(self.client.describe_account(AccountId=account)["Account"]["Name"])
