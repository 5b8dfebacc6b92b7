"""What a CloudTrail record says: who called KMS with which key, for what, and how KMS answered."""
