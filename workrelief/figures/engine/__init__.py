"""Where expressions run: DuckDB inside the process, or Spark beyond one machine. No meaning lives here."""
