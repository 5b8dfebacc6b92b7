"""An RDS database, by its resource id `db-…`, which is none of its names.

Source: KMS developer guide, "How Amazon RDS uses AWS KMS".
"""

from collections.abc import Mapping

from reprieve.cloudtrail.resource import Resource, named

CONTEXT_KEYS = ("aws:rds:db-id",)


def read(context: Mapping[str, str], region: str) -> Resource | None:
    """Return the database; the console finds it by the id in its list."""
    name = context.get(CONTEXT_KEYS[0])
    return named("RDS database", name, region, "rds/home?region={region}#databases:") if name else None
