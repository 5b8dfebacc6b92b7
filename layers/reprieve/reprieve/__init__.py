"""kms-reprieve: who still uses a KMS key that waits to be deleted, and how a person stops it."""

import gc
import os

INIT_TYPE = "AWS_LAMBDA_INITIALIZATION_TYPE"
"""Is there where Lambda loads a function; source: Lambda developer guide, "Defined runtime environment
variables"."""

if INIT_TYPE in os.environ:
    gc.disable()  # what is imported is not garbage; `reprieve.environment.prepare` enables it again
