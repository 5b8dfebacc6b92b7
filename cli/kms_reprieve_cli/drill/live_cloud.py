"""The `Cloud` of AWS for what changes: each question is asked again."""

from collections.abc import Mapping
from typing import Any

from kms_reprieve_cli.doctor.aws_cloud import AwsCloud
from kms_reprieve_cli.doctor.cloud import Reply


class LiveCloud(AwsCloud):
    """As doctor's, without its memory of answers; it may also be asked to change something."""

    __slots__ = ()

    def _once(
        self, service: str, operation: str, region: str, parameters: Mapping[str, Any], *, all_pages: bool
    ) -> Reply:
        return self._asked(service, operation, region, parameters, all_pages=all_pages)
