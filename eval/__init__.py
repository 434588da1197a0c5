"""eval: how good the doctor is."""
