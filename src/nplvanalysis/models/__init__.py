"""Specifications, estimates and verdicts."""
