"""Floor 0: plain Python words of the field. No Django, no SQL, no files."""
