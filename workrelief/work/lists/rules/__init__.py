"""What the lists ask: gates before a step, whose turn it is, form F as frozen, and names that look alike. All pure."""
