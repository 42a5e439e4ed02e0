"""Samples and the one table of medians, ratios and bars that is made of them."""

from statistics import median

from .bars import verdict

OURS = "mcp-sessiond"  # how the name of each of our ways begins


class Samples:
    """All rounds of one way."""

    def __init__(self, who, shape):
        self.who, self.shape = who, shape
        self.values, self.beside = [], {}

    @property
    def median(self):
        """What the table compares."""
        return median(self.values)

    def cell(self):
        """`mcp-sessiond: 3.351 s (3.301 to 3.402)`"""
        least, most = (self.shape.format(value) for value in (min(self.values), max(self.values)))
        return f"{self.who}: **{self.shape.format(self.median)}** ({least} to {most})"

    def lesser(self):
        """Medians of the lesser figures."""
        return ", ".join(text.format(median(figures)) for text, figures in self.beside.items())


class Results:
    """Samples by (section, what, size), in each by who. The size: sessions, or lines of a log."""

    def __init__(self):
        self.section = ""
        self.groups = {}

    def add(self, what, size, who, value, shape, beside=()):
        """One sample; `shape` prints it ("{:.2f} s"), and `beside` holds (shape, value) pairs of lesser figures."""
        group = self.groups.setdefault((self.section, what, size), {})
        samples = group.setdefault(who, Samples(who, shape))
        samples.values.append(value)
        for text, figure in beside:
            samples.beside.setdefault(text, []).append(figure)

    def table(self, sections):
        """The Markdown table: sections in the given order, in each what as first seen, then sizes."""
        lines = [
            "| what | size | measured | against | ratio | bar | beside it (medians) |",
            "|---|---:|---|---|---:|---|---|",
        ]
        whats = list(dict.fromkeys(what for _, what, _ in self.groups))
        for key in sorted(self.groups, key=lambda key: (sections.index(key[0]), whats.index(key[1]), key[2])):
            lines += rows(key[1], key[2], list(self.groups[key].values()))
        return lines


def rows(what, size, ways):
    """Each of our ways against the first other one, then our first against each further one. Without any of ours, the
    first against the rest."""
    ours = [way for way in ways if way.who.startswith(OURS)]
    others = [way for way in ways if not way.who.startswith(OURS)]
    if not ours:
        ours, others = others[:1], others[1:]
    floor = others[0] if others else None
    yield from (row(what, size, way, floor, is_barred=way.who.startswith(OURS)) for way in ours)
    yield from (row(what, size, ours[0], other, is_first=False) for other in others[1:])


def row(what, size, measured, against, is_barred=False, is_first=True):
    """One line; the lesser figures of `measured` stand only in its first one."""
    ratio = measured.median / against.median if against and against.median > 0 else None
    bar = verdict(what, size, measured.median, ratio) if is_barred else ""
    lesser = [measured.lesser()] if is_first else []
    lesser += [f"against: {against.lesser()}"] if against and against.beside else []
    return (f"| {what} | {size:,} | {measured.cell()} | {against.cell() if against else ''} | "
            f"{'' if ratio is None else f'{ratio:.2f}'} | {bar} | {'; '.join(filter(None, lesser))} |")
