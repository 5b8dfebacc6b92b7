"""`kms-reprieve drill`: proves that a stack works, with a throwaway key, on a real account."""
