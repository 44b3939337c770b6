"""Crux on Discord: one client under its own supervisor, cards, buttons and commands. It decides nothing by itself."""
