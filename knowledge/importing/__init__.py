"""A school's own document becomes a draft pack: read, understood, linked to topics, written as YAML."""
