"""What each figure is to reach: one place, which the README repeats."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """The most (or the least) that our median, or its ratio to the first other one, may be, from such a size on."""

    what: str  # how the row's `what` begins
    limit: float
    shape: str = "{:g}"
    is_ratio: bool = False
    is_least: bool = False  # more is better
    size: int = 1_000_000

    def verdict(self, size, value, ratio):
        """`at most 1.05: met`, or nothing where it is not asked for."""
        measured = ratio if self.is_ratio else value
        if size < self.size or measured is None:
            return ""
        is_met = measured >= self.limit if self.is_least else measured <= self.limit
        bound = f"at {'least' if self.is_least else 'most'} {self.shape.format(self.limit)}"
        return f"{bound}: {'met' if is_met else '**missed**'}"


# The first that fits counts.
BARS = (
    Bar("reading everything once, cluster", 1.15, is_ratio=True),
    Bar("reading everything once", 1.05, is_ratio=True),
    Bar("p99 of another client's GET, one each ms, orphans", 1.2, is_ratio=True, size=100_000),
    Bar("p99 of another client's GET", 1.2, is_ratio=True),
    Bar("orphans removed a second", 50_000, "{:,.0f}", is_least=True, size=100_000),
    Bar("a plan, half of them orphans", 5, "{:g} ms"),
    Bar("a scrape beside plans", 10, "{:g} ms"),
    Bar("p99 of a scrape", 2, is_ratio=True),
    Bar("a page of 32 nodes", 400, "{:g} KB"),
    Bar("the same page compressed", 30, "{:g} KB"),
    Bar("explain", 20, "{:g} ms"),
    Bar("look-ups by ref a second on one core", 10_000, "{:,.0f}", is_least=True),
    Bar("a filtered page", 30, "{:g} ms"),
    Bar("the page with all that it needs", 100, "{:g} ms"),
    Bar("the page's longest answer", 200, "{:g} KB"),
    Bar("memory of a session", 64, "{:g} bytes"),
    Bar("memory, resident", 350, "{:g} MB", size=5_000_000),
    Bar("idle: commands", 10),
    Bar("idle: our share of a core", 0.3, "{:g} %", size=0),
    Bar("idle: context switches a second", 20, size=0),
    Bar("idle: our share of Redis' time", 0.1, "{:g} %"),
    Bar("set to visible, p99, idle", 100, "{:g} ms"),
    Bar("deleted to visible, p99, idle", 100, "{:g} ms"),
    Bar("set to visible", 250, "{:g} ms"),
    Bar("deleted to visible", 250, "{:g} ms"),
    Bar("Redis' CPU added", 60, "{:g} %"),
    Bar("share of a core at", 50, "{:g} %"),
    Bar("a node's death", 5, "{:g} ms"),
    Bar("log lines read a second, 2 % events", 40, is_ratio=True, is_least=True),
    Bar("log lines read a second, all events", 20, is_ratio=True, is_least=True),
    Bar("memory, peak of log lines", 64, "{:g} MB"),
    Bar("memory above idle, a log followed", 64, "{:g} MB", size=100_000),
    Bar("event appended to counted", 300, "{:g} ms", size=100_000),
    Bar("event appended to judged", 300, "{:g} ms", size=100_000),
    Bar("events judged: share of a core", 100, "{:g} %", size=100_000),
    Bar("events judged: after the last", 1000, "{:g} ms", size=100_000),
)


def verdict(what, size, value, ratio):
    """The bar of this row and whether it is met; nothing where there is none."""
    bar = next((bar for bar in BARS if what.startswith(bar.what)), None)
    return bar.verdict(size, value, ratio) if bar else ""
