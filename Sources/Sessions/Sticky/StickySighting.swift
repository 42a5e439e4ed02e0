/// The sticky cookie of a request, as a line shows it. Its value binds a client to a node, so no description shows it.
public enum StickySighting: Sendable, Hashable {
    /// The log does not keep cookies.
    case notLogged
    /// The line has no such header field: the request had none, or the log does not keep it. Other lines of its source
    /// tell which.
    case noHeader
    /// The log keeps cookies, but the sticky one was not among them.
    case none
    case value(String)
}

extension StickySighting: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .notLogged: "not logged"
        case .noHeader: "no header"
        case .none: "no cookie"
        case .value: "(cookie)"
        }
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
