/// The servers that were read: one run of each, and its replication offset. Silence is measured within one history,
/// since a server that restarted from a backup, or a replica that was promoted, may show the past again.
public struct RedisHistory: Sendable, Equatable {
    public struct Server: Sendable, Equatable {
        public var runID: String
        /// `master_repl_offset`, which never goes back within one run of the server.
        public var offset: Int64

        public init(runID: String, offset: Int64) {
            self.runID = runID
            self.offset = offset
        }
    }

    /// The servers by name: `server`, or in a cluster each master's node id.
    public var servers: [String: Server]

    public init(_ servers: [String: Server]) {
        self.servers = servers
    }

    /// Returns whether this is a later moment of the same history.
    public func continues(_ earlier: RedisHistory) -> Bool {
        isSameRun(as: earlier)
            && servers.allSatisfy { name, server in earlier.servers[name].map { $0.offset <= server.offset } ?? false }
    }

    /// Returns whether both are moments of the same runs of the same servers, whichever came first.
    func isSameRun(as other: RedisHistory) -> Bool {
        servers.mapValues(\.runID) == other.servers.mapValues(\.runID)
    }
}
