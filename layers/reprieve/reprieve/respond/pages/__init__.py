"""The pages people see: one answer of HTML each, no script, nothing from elsewhere."""
