"""From a file to blocks of typed rows: finds the head, skips titles, blank and total rows, names every cell it doubts.

    book = open_workbook(path, name)                 # refuses what is not a readable spreadsheet, before opening it
    for block in read_blocks(book, importer, ctx):   # streams; fills ctx.titles, ctx.letters, ctx.heads
        block.rows      RowBlock with a value for every declared column
        block.issues    what the cells themselves say

Distrust (size, archive, encryption) stands in `gate.py`, the head in `head.py`, single cells in `cells.py`.
"""
