"""Log files of a filled registry's nodes, made by log_lines.c and log_writer.c."""

from pathlib import Path

from .process import BenchmarkError, run_json

KINDS = ("misroute", "unknown", "created")


class Written:
    """What a program wrote into a log, by its own word: lines, bytes, events by kind, and when it had (monotonic)."""

    def __init__(self, answer):
        self.seconds, self.ended = answer["seconds"], answer["ended"]
        self.lines, self.bytes = answer["lines"], answer["bytes"]
        self.kinds = {kind: answer[kind] for kind in KINDS}
        self.events = sum(self.kinds.values())

    def check(self, who, kinds):
        """Whoever counted the events by kind must have found these."""
        if kinds != self.kinds:
            raise BenchmarkError(f"{who} counted {kinds} where there are {self.kinds}")


class LogFile(Written):
    """A new log in a folder, `percent` of its lines events of `sessions` sessions; removed when the block is left."""

    def __init__(self, lab, folder, lines, percent, sessions):
        self.path = Path(folder) / f"made-{lines}-{percent}.log"
        super().__init__(run_json([lab.program("log_lines"), str(self.path), str(lines), str(percent), str(sessions)]))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.path.unlink(missing_ok=True)
