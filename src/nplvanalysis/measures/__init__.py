"""Housing mix and what else is computed from harmonised columns."""
