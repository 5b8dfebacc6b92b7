"""What a drill does, a module for each step: see `kms_reprieve_cli.drill.step`."""
