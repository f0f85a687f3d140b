"""What teaches the edge's input checks how a chest film lies, and what is none."""
