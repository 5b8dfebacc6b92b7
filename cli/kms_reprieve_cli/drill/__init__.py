"""`kms-reprieve drill`: the whole way with a throwaway key, on a real account."""
