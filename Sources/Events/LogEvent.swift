import Sessions

/// What one line of a node's or a proxy's log says about a session. The log's word only: the registry decides what is
/// made of it.
public struct LogEvent: Sendable, Equatable {
    /// The `kind` label of `mcp_sessiond_log_events_total`.
    public enum Kind: String, Sendable, CaseIterable {
        /// Registered, but not on the node that logged it.
        case misroute
        /// Not registered.
        case unknown
        /// The log cannot tell whether it is registered.
        case miss
        case created
        /// The node serves a session that it holds.
        case held
        case closed
        /// The node found that the owner is gone.
        case ownerDead = "owner_dead"
        /// The node found that another boot of the owner lives.
        case ownerRestarted = "owner_restarted"
        /// The node could not ask the registry.
        case registryError = "registry_error"
        /// A request of the sessionless protocol revision: never a misroute.
        case modern
    }

    public var kind: Kind
    public var session: LogSession
    /// The node that logged it, as the line names it; else the container, pod or host of the line's wrapper.
    public var node: String?
    public var owner: LogOwner?
    /// The time stamped on the line by its writer.
    public var time: UnixTime?
    /// The sticky cookie's value.
    public var cookie: String?
    /// The client's name, as free text of the client.
    public var client: String?
    /// The HTTP status that was answered.
    public var status: Int?

    public init(
        kind: Kind, session: LogSession = .none, node: String? = nil, owner: LogOwner? = nil, time: UnixTime? = nil,
        cookie: String? = nil, client: String? = nil, status: Int? = nil
    ) {
        self.kind = kind
        self.session = session
        self.node = node
        self.owner = owner
        self.time = time
        self.cookie = cookie
        self.client = client
        self.status = status
    }
}

extension LogEvent.Kind {
    /// A request that was not served as it should be.
    var isFailure: Bool {
        switch self {
        case .misroute, .unknown, .miss, .ownerDead, .ownerRestarted, .registryError: true
        case .created, .held, .closed, .modern: false
        }
    }
}

/// Ids are credentials and cookies bind a client: neither is in any description.
extension LogEvent: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "\(kind.rawValue) on \(node ?? "-"), owner \(owner?.name ?? "-")" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["kind": kind.rawValue]) }
}
