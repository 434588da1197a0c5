"""How the shipped encoder and ranker are made: `python -m indexer train` and `python -m indexer train-ranker`."""
