"""`kms-reprieve doctor`: whether everything is set up correctly, before and after a deployment."""
