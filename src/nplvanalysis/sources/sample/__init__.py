"""A synthetic province whose true effects are known, published in real publishers' formats."""
