/// The sticky cookie as far as a line tells of it. Its value binds a client to a node: no description shows it.
public enum LogCookie: Sendable, Hashable {
    /// The log does not keep cookies.
    case notLogged
    /// The log keeps them, and the sticky one was not among them.
    case none
    case value(String)
}

extension LogCookie: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .notLogged: "not logged"
        case .none: "none"
        case .value: "(cookie)"
        }
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
