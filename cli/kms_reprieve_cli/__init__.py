"""The command `kms-reprieve`: what an operator does with a stack, an account or an archive."""
