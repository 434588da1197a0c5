"""Who may ask, and what happens after: conversations, consultations, people, consoles, the widget."""
