"""Samples and the one table of medians and ratios that is made of them."""

from collections import Counter
from statistics import median


class Results:
    """Samples by (what, sessions, who). The first `who` of a (what, sessions) is the one that ratios refer to."""

    def __init__(self):
        self.section = ""
        self.samples, self.formats, self.beside = {}, {}, {}

    def add(self, what, sessions, who, value, shape, beside=()):
        """One sample; `shape` prints it ("{:.2f} s"), and `beside` holds (shape, value) pairs of lesser figures."""
        key = (self.section, what, sessions, who)
        self.samples.setdefault(key, []).append(value)
        self.formats[key] = shape
        lesser = self.beside.setdefault(key, {})
        for text, figure in beside:
            lesser.setdefault(text, []).append(figure)

    def table(self, sections):
        """The Markdown table: sections in the given order, in each what, then sessions, then who as first seen."""
        lines = [
            "| what | sessions | who | median | least to most | ratio | beside it (medians) |",
            "|---|---:|---|---:|---:|---:|---|",
        ]
        whats = list(dict.fromkeys(what for _, what, _, _ in self.samples))
        first, compared = {}, Counter((what, sessions) for _, what, sessions, _ in self.samples)
        for key in sorted(self.samples, key=lambda key: (sections.index(key[0]), whats.index(key[1]), key[2])):
            _, what, sessions, who = key
            values, shape = self.samples[key], self.formats[key]
            floor = first.setdefault((what, sessions), median(values))
            ratio = f"{median(values) / floor:.2f}" if floor > 0 and compared[what, sessions] > 1 else ""
            lesser = ", ".join(text.format(median(figures)) for text, figures in self.beside[key].items())
            lines.append(
                f"| {what} | {sessions:,} | {who} | {shape.format(median(values))} | "
                f"{shape.format(min(values))} to {shape.format(max(values))} | {ratio} | {lesser} |")
        return lines
