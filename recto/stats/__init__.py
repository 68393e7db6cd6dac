"""Counts of a deck for people: worked out once, shown as text, as JSON, as a page with plots."""
