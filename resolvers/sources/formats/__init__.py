"""Bytes to a table of records: one module for each format, none of which knows about columns or units."""
