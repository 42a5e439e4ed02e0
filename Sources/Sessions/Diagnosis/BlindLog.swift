/// A proxy's log whose requests name no session.
public struct BlindLog: Sendable, Equatable {
    public enum Fault: Sendable, Equatable {
        /// Its lines have no header `Mcp-Session-Id`.
        case noHeader
        /// Its lines hide that header.
        case hiddenHeader
        /// It is in the common log format, which has no headers.
        case commonFormat
    }

    /// The path of its file, or its source.
    public var name: String
    /// The number of requests seen.
    public var requests: Int
    /// True if there may have been more.
    public var isCountCut: Bool
    public var fault: Fault

    public init(name: String, requests: Int, isCountCut: Bool = false, fault: Fault) {
        self.name = name
        self.requests = requests
        self.isCountCut = isCountCut
        self.fault = fault
    }
}
