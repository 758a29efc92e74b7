"""The demo year: numbers, invented names, spreadsheets in office shapes, and the loader that imports them."""
