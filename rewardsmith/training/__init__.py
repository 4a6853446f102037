"""Training: turns rewards, an environment and seeds into policies and what they are worth."""
