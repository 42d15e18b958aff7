"""The course on sales strategy: its content model, its case company, its site and its exports."""
