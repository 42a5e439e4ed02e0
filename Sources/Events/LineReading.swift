/// What a line was found to be.
public struct LineReading: Sendable, Equatable {
    public enum Outcome: Sendable, Equatable {
        case event(LogEvent)
        /// None of ours.
        case irrelevant
        /// Begins like one of ours, but cannot be taken: counted by reason and skipped.
        case malformed(LineFault)
        /// A piece of a record that later lines complete.
        case pending
    }

    public var outcome: Outcome
    public var format: LineFormat
    /// The wrappers around the line, the outermost first: `docker`, `cri`, `journald`, `shipper`, `syslog`, `compose`,
    /// `kubectl`, `timestamp`.
    public var wrappers: [String] = []
    /// The node that a malformed line names all the same.
    public var node: String?
    /// What earlier lines, kept as ``Outcome/pending``, came to, where this line showed that they were whole or would
    /// never be. Never ``Outcome/irrelevant`` or pending.
    public var earlier: Outcome? {
        get { before.first }
        set { before = newValue.map { [$0] } ?? [] }
    }

    /// Seldom more than nothing: as an array it takes eight bytes of each reading.
    private var before: [Outcome] = []

    init(outcome: Outcome, format: LineFormat) {
        self.outcome = outcome
        self.format = format
    }
}
