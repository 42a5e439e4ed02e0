"""What each figure is to reach: one place, which the README repeats."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """The most that our median, or its ratio to the floor, may be, from so many sessions on."""

    what: str  # how the row's `what` begins
    most: float
    shape: str = "{:g}"
    is_ratio: bool = False
    sessions: int = 1_000_000

    def verdict(self, sessions, value, ratio):
        """`at most 1.05: met`, or nothing where it is not asked for."""
        measured = ratio if self.is_ratio else value
        if sessions < self.sessions or measured is None:
            return ""
        return f"at most {self.shape.format(self.most)}: {'met' if measured <= self.most else '**missed**'}"


# The first that fits counts.
BARS = (
    Bar("reading everything once, cluster", 1.15, is_ratio=True),
    Bar("reading everything once", 1.05, is_ratio=True),
    Bar("p99 of another client's GET", 1.2, is_ratio=True),
    Bar("memory of a session", 64, "{:g} bytes"),
    Bar("memory, resident", 350, "{:g} MB", sessions=5_000_000),
    Bar("idle: commands", 10),
    Bar("idle: our share of a core", 1, "{:g} %"),
    Bar("idle: our share of Redis' time", 0.1, "{:g} %"),
    Bar("set to visible, p99, idle", 100, "{:g} ms"),
    Bar("deleted to visible, p99, idle", 100, "{:g} ms"),
    Bar("set to visible", 250, "{:g} ms"),
    Bar("deleted to visible", 250, "{:g} ms"),
    Bar("Redis' CPU added", 60, "{:g} %"),
    Bar("share of a core at", 50, "{:g} %"),
    Bar("a node's death", 5, "{:g} ms"),
)


def verdict(what, sessions, value, ratio):
    """The bar of this row and whether it is met; nothing where there is none."""
    bar = next((bar for bar in BARS if what.startswith(bar.what)), None)
    return bar.verdict(sessions, value, ratio) if bar else ""
