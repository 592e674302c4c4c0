"""One process a contender: reads a piece of work a line, answers its time."""
