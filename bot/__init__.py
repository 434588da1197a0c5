"""bot: what the doctor says."""
