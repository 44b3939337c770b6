"""The commands, by room. Each module has `register(app)` and imports the rest of Crux only inside a command."""
