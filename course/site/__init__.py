"""Stages the course as plain Markdown and HTML and builds the site from it."""
