"""One module per dataset: a publisher's table in, a tidy table out."""
