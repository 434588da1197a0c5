"""How the shipped encoder is made (`python -m indexer train`), and what finds the weights of the legs."""
