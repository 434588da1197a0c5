"""indexer: how text is found."""
