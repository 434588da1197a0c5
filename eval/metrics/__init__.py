"""One metric a file, each with its formula and hand-computed expectations in tests/eval/."""
