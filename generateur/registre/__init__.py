"""Le registre : les affaires connues et ce qui leur arrive, en ajout seul, dans une base SQLite ou PostgreSQL."""
