"""How alike the synthetic country and real figures are, moment by moment."""
