"""Figures, maps, tables, words and pages."""
