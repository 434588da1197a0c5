"""api: who may ask, and what happens after."""
