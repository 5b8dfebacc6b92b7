"""`kms-reprieve test-notice`: a test notice to every channel of a stack, and what became of it."""
