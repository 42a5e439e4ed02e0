/// Which life of which servers was read, and how far it had come. Silence is measured within one history: a server that
/// restarted from a backup, or a replica that took over, may show the past again.
public struct RedisHistory: Sendable, Equatable {
    public struct Server: Sendable, Equatable {
        public var runID: String
        /// `master_repl_offset`: it never goes back within one life.
        public var offset: Int64

        public init(runID: String, offset: Int64) {
            self.runID = runID
            self.offset = offset
        }
    }

    /// By name: `server`, or in a cluster each master's node id.
    public var servers: [String: Server]

    public init(_ servers: [String: Server]) {
        self.servers = servers
    }

    /// Whether this is a later moment of the same history.
    public func continues(_ earlier: RedisHistory) -> Bool {
        isSameLife(as: earlier)
            && servers.allSatisfy { name, server in earlier.servers[name].map { $0.offset <= server.offset } ?? false }
    }

    /// Whether both are moments of the same lives of the same servers, whichever came first.
    func isSameLife(as other: RedisHistory) -> Bool {
        servers.mapValues(\.runID) == other.servers.mapValues(\.runID)
    }
}
