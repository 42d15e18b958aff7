"""The case company's tables, one module per business domain. Each is declared with its columns and its inputs."""
