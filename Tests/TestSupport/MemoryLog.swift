import Logging
import Synchronization

/// Keeps what is logged, as one text a line: `warning: message key=value`.
public final class MemoryLog: LogHandler, Sendable {
    private let kept = Mutex<[String]>([])

    public init() {}

    /// The daemon sets neither; a protocol of values asks for them.
    public var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    public var logLevel: Logger.Level {
        get { .trace }
        set {}
    }

    public var lines: [String] { kept.withLock { $0 } }
    public var text: String { lines.joined(separator: "\n") }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    public func log(event: LogEvent) {
        let details = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        kept.withLock { $0.append("\(event.level): \(event.message)\(details)") }
    }
}
