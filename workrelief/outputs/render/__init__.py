"""Documents and spreadsheets out: one document model (`blocks`), one writer for each kind of file.

    blocks      the document model every output fills
    layout      GB/T 9704 measures, title lines, dates: shared by Word and PDF
    fonts       official fonts, what may stand in for them, and which of them this machine has
    docx, pdf   OfficialDocument → bytes
    charts      ChartSpec → ECharts options; drawing: ChartSpec → SVG and PNG for documents
    xlsx        tables → spreadsheet; safe_csv: the same as CSV; import_template: empty forms to fill in

Nothing here knows where a number comes from: display texts are made by `show()` and arrive as text.
"""
