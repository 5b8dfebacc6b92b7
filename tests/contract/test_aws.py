"""The models of AWS' services: all that botocore has, found without a look into each."""

import pytest
from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

from reprieve.adapters.aws import sdk_session


def test_every_service_that_botocore_knows_is_there() -> None:
    found = sdk_session().get_component("data_loader").list_available_services("service-2")

    assert set(Loader().list_available_services("service-2")) <= set(found)


def test_a_service_that_does_not_exist_has_no_client() -> None:
    with pytest.raises(UnknownServiceError):
        sdk_session().create_client("no-such-service", region_name="eu-west-1")
