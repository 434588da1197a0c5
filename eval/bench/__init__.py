"""Speed, memory and quality against the stock LangChain pipeline, on the same text in the same run."""
