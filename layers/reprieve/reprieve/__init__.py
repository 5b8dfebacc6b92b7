"""kms-reprieve: who still uses a KMS key that waits to be deleted, and how a person stops it."""
