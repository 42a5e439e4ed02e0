"""The rooms of `Benchmarks/run`: processes and servers, a file for each section, the table."""
