"""How an answer is made: from a curated FAQ, from sentences of the passages, or by a chat model."""
