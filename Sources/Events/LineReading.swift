/// The result of reading a line.
public struct LineReading: Sendable, Equatable {
    public enum Outcome: Sendable, Equatable {
        case event(LogEvent)
        /// The line says nothing about a session.
        case irrelevant
        /// The line says nothing about a session either, but that the proxy could not reach a node.
        case unreached(UnreachedNode)
        /// The line begins like an event, but cannot be one. It is counted by reason and skipped.
        case malformed(LineFault)
        /// The line is a piece of a record that later lines complete.
        case pending
    }

    public var outcome: Outcome
    public var format: LineFormat
    /// The wrappers around the line, the outermost first: `docker`, `cri`, `journald`, `shipper`, `syslog`, `compose`,
    /// `kubectl`, `timestamp`.
    public var wrappers: [String] = []
    /// The node that a malformed line names.
    public var node: String?
    /// The outcome of earlier lines that were ``Outcome/pending``, if this line shows that their record is over. Never
    /// ``Outcome/irrelevant`` or pending.
    public var earlier: Outcome? {
        get { before.first }
        set { before = newValue.map { [$0] } ?? [] }
    }

    /// The value of ``earlier``, as an array, which takes only eight bytes when it is empty.
    private var before: [Outcome] = []

    init(outcome: Outcome, format: LineFormat) {
        self.outcome = outcome
        self.format = format
    }
}

extension LineReading.Outcome {
    /// True if it is handed on to be counted.
    var isHandedOn: Bool {
        switch self {
        case .event, .malformed, .unreached: true
        case .irrelevant, .pending: false
        }
    }
}
