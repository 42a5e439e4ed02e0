/// The input of a diagnosis: the cluster, Redis, the logs and cleanup at one moment.
public struct DiagnosisInput: Sendable {
    public struct Redis: Sendable {
        public var isUp = true
        public var downSince: UnixTime?
        /// Its last error, without secrets.
        public var error: String?
        /// The reason why the last full scan of a server failed.
        public var scanFailure: String?
        /// The expected time until the first full scan is complete, if it can be estimated.
        public var scanSecondsLeft: Double?
        /// True if it evicts keys, sessions included, when its memory is full. Nil if it does not say.
        public var evicts: Bool?
        public var evictedKeys = 0

        public init() {}
    }

    /// The state of the event sources.
    public struct Events: Sendable {
        /// The problem of each source that has one, by the source's name.
        public var problems: [String: String] = [:]
        public var lines = 0
        public var taken = 0
        public var rejected = 0
        /// The proxy's logs that cannot tell of sessions.
        public var blindLogs: [BlindLog] = []
        /// The addresses in lines that belong to no known node.
        public var unknownAddresses: [UnknownAddress] = []
        /// The living nodes that the proxy reaches at another address than their heartbeat says.
        public var nodesElsewhere: [(name: String, heartbeatURL: String, proxyURL: String)] = []

        public init() {}
    }

    public struct Cleanup: Sendable {
        public var isOff = false
        /// The reason why its shared state cannot be read or written.
        public var refusal: String?
        public var stop: CleanupStop?
        public var brakes: [AppliedBrake] = []
        public var brakesSince: [CleanupBrake: UnixTime] = [:]
        /// The node with the longest interval between two heartbeats.
        public var slowestNode: (name: String, intervalSeconds: Double)?
        /// The longest silence that cleanup waits for.
        public var mostSilenceSeconds = 0.0

        public init() {}
    }

    /// A daemon instance that watches the same Redis.
    public struct Instance: Sendable {
        public var name: String
        public var version: String
        /// The fingerprint of what it watches. Nil if it does not say.
        public var watch: String?

        public init(name: String, version: String, watch: String?) {
            (self.name, self.version, self.watch) = (name, version, watch)
        }
    }

    public var now: UnixTime
    public var view = ViewState()
    /// The age from which a view is stale.
    public var staleAfterSeconds = Double.infinity
    public var redis = Redis()
    public var nodes: [NodeSummary] = []
    /// The number of nodes that should be alive; 0 if nobody said.
    public var expectedNodes = 0
    public var counts = StateCounts()
    public var malformed: [Malformation: Int] = [:]
    public var withoutExpiry = 0
    /// The number of clients that repeat a refused request.
    public var stuckClients = 0
    /// The latest refused requests, of any age.
    public var refusals: [Judgement] = []
    /// True if more requests were refused than are remembered.
    public var areRefusalsCut = false
    public var events = Events()
    public var cleanup = Cleanup()
    /// Nil if it cannot be known.
    public var instances: [Instance]?

    public init(now: UnixTime) { self.now = now }
}
