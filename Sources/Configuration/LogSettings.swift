/// The daemon's own log on standard error.
public struct LogSettings: Sendable, Equatable {
    public enum Level: String, Sendable, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }

    public enum Format: String, Sendable, CaseIterable {
        /// `auto`: text on a terminal, JSON otherwise.
        case text, json, auto
    }

    public var level = Level.info
    public var format = Format.auto

    public init() {}
}
