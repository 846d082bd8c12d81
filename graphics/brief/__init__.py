"""The brief of public opinion as page, document, workbook and PDF; charts from its data."""
