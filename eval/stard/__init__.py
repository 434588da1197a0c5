"""STARD: lay questions of all fields of law, to see what retrieval and its training are worth outside our own subject."""
