"""Letters that a school sends in a case: templates in YAML, and what loads and fills them."""
