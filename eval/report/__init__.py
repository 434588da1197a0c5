"""Reports that a person reads: one self-contained HTML file, plots as inline SVG."""
