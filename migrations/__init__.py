"""The schema's history, one idea a file; runs on SQLite and PostgreSQL from wherever the package is installed."""
