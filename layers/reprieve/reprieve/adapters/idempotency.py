"""What has been done, remembered in the table by Powertools' idempotency."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyPersistenceLayerError,
)

from reprieve.adapters.aws import call
from reprieve.dataclass import dataclass
from reprieve.errors import InProgressError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient

REMEMBERED: Final = 60 * 60 * 24 * 30  # seconds; the queue keeps a message for at most 14 days


@dataclass(frozen=True, slots=True)
class OnceInTable:
    """The `Once` of AWS. An attempt that died is over when the invocation that made it is.

    `partition` is where in the table it remembers.
    """

    client: "DynamoDBClient"
    table: str
    context: "LambdaContext"
    partition: str = "delivery"

    def do(self, key: str, act: Callable[[], None]) -> None:
        """Act, or do nothing where that has been done."""

        def acting(key: str) -> None:  # noqa: ARG001 - Powertools derives the record's name from it
            act()

        config = IdempotencyConfig(expires_after_seconds=REMEMBERED, lambda_context=self.context)
        once: Any = idempotent_function(
            acting,
            data_keyword_argument="key",
            persistence_store=self._store(),
            config=config,
            key_prefix=self.partition,
        )
        try:
            once(key=key)
        except IdempotencyAlreadyInProgressError as error:
            raise InProgressError from error
        except IdempotencyPersistenceLayerError as error:
            with call("dynamodb:PutItem"):
                raise (error.__cause__ or error) from None

    def _store(self) -> DynamoDBPersistenceLayer:
        return DynamoDBPersistenceLayer(
            table_name=self.table,
            key_attr="pk",
            sort_key_attr="sk",
            static_pk_value=self.partition,
            expiry_attr="expires_at",
            boto3_client=self.client,
        )
