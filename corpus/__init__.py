"""corpus: what a document is, in law and in time."""
