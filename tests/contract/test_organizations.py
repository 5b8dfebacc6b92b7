"""The organization's names for its accounts."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from reprieve.adapters.organizations import OrganizationAccounts
from reprieve.errors import DeniedError


@pytest.fixture
def client(region: str) -> Any:
    make: Any = boto3.client
    return make("organizations", region_name=region)


def test_an_account_has_the_name_that_the_organization_gave_it(client: Any) -> None:
    with Stubber(client) as stubber:
        answer = {"Account": {"Id": "777788889999", "Name": "billing\nprod"}}
        stubber.add_response("describe_account", answer, {"AccountId": "777788889999"})

        assert OrganizationAccounts(client).name("777788889999") == "billing\N{REPLACEMENT CHARACTER}prod"


def test_outside_of_the_management_account_it_may_be_denied(client: Any) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("describe_account", "AccessDeniedException")

        with pytest.raises(DeniedError, match=r"^organizations:DescribeAccount: "):
            OrganizationAccounts(client).name("777788889999")
