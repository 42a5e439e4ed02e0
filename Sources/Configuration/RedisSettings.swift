/// The settings of the connection to Redis. Its descriptions show no user info.
public struct RedisSettings: Sendable, Equatable {
    /// As configured, including user info: never log it. `redactedURL` may be shown.
    public var url = "redis://127.0.0.1:6379/0"
    public var username = ""
    public var passwordFile = ""
    public var readFrom = ReadFrom.primary
    public var tls = TLS()

    /// The kind of server that answers reads.
    public enum ReadFrom: String, Sendable, CaseIterable {
        case primary, replica
    }

    /// Paths of PEM files for `rediss://`; empty if there is none.
    public struct TLS: Sendable, Equatable {
        public var caFile = ""
        public var certFile = ""
        public var keyFile = ""

        public init() {}
    }

    public init() {}

    /// The URL with `***` in place of user and password.
    public var redactedURL: String { RedisURL(url).redacted }
}

extension RedisSettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "\(redactedURL) (read from \(readFrom.rawValue))" }
    public var debugDescription: String { description }
    // `dump` and string interpolation of an enclosing value use the mirror.
    public var customMirror: Mirror { Mirror(self, children: ["url": redactedURL]) }
}
