"""The case page: one case in a browser, from a link that works once and a second factor; without a script."""
