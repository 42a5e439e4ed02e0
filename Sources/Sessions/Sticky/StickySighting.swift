/// What a line tells of the request's sticky cookie. Its value binds a client to a node: no description shows it.
public enum StickySighting: Sendable, Hashable {
    /// The log does not keep cookies.
    case notLogged
    /// The log keeps them, and the sticky one was not among them.
    case none
    case value(String)
}

extension StickySighting: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .notLogged: "not logged"
        case .none: "no cookie"
        case .value: "(cookie)"
        }
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
