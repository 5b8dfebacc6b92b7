"""A Redshift cluster.

Source: KMS developer guide, "How Amazon Redshift uses AWS KMS".
"""

from reprieve.cloudtrail.resource import arn_reader

CONTEXT_KEYS = ("aws:redshift:arn", "aws:redshift:createtime")

read = arn_reader(
    "Redshift cluster",
    CONTEXT_KEYS[0],
    "cluster:",
    "redshiftv2/home?region={region}#cluster-details?cluster={name}",
)
