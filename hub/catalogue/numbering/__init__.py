"""Numbers of a document: its document number and its index number in the catalogue."""
