"""Tables of different years and divisions on one set of borders."""
