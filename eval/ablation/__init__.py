"""What each step of retrieval is worth: one index, asked with one step switched off at a time."""
