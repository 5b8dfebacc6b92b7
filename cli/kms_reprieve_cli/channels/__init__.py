"""`kms-reprieve channels`: check, preview and store a document of channels."""
