"""`kms-reprieve doctor`: whether all is as it must be, before deploying and after. It changes nothing."""
