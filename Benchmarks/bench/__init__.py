"""The rooms of `Benchmarks/run`: processes and servers, the four sections, the table."""
