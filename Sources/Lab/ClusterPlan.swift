/// The plan of a ``SimulatedCluster``: its size, its clients, and what is done to its nodes.
public struct ClusterPlan: Sendable {
    /// An action and its time, in seconds since the start.
    public struct Scheduled: Sendable {
        public var atSeconds: Double
        public var action: SimulatedCluster.Action

        public init(atSeconds: Double, _ action: SimulatedCluster.Action) {
            self.atSeconds = atSeconds
            self.action = action
        }
    }

    public var nodes: Int
    /// The time between two heartbeats of a node.
    public var heartbeatSeconds: Double
    public var seed: UInt64
    public var form = SimulatedNode.Form.json
    /// The number of sessions at the start, spread over all nodes.
    public var firstSessions = 120
    public var arrivalsPerSecond = 4.0
    public var departuresPerSecond = 3.0
    /// The share of new sessions that are bare markers, which name no owner.
    public var bareShare = 0.05
    /// The share of a lost node's clients that begin a new session elsewhere.
    public var returningShare = 0.8
    /// The number of these clients that do so in a second.
    public var returnsPerSecond = 20.0
    /// The most sessions of a node.
    public var sessionsPerNodeLimit = 100_000
    /// The folder for the nodes' logs; nil for no logs, and no requests that would be in them.
    public var logFolder: String?
    /// The requests through the proxy that name a session, those for lost sessions included.
    public var requestsPerSecond = 20.0
    public var schedule: [Scheduled] = []
    /// The time after which the schedule repeats; 0 for never.
    public var scheduleRepeatsSeconds = 0.0

    /// The number of steps after which nothing more happens and heartbeats run out; nil for no end.
    public var stepLimit: Int?

    public init(nodes: Int = 3, heartbeatSeconds: Double = 1, seed: UInt64 = 1) {
        self.nodes = nodes
        self.heartbeatSeconds = heartbeatSeconds
        self.seed = seed
    }

    static let stepsPerHeartbeat = 10
    var stepSeconds: Double { heartbeatSeconds / Double(Self.stepsPerHeartbeat) }

    /// The scheduled actions that are due after so many steps.
    func actions(afterSteps steps: Int) -> [SimulatedCluster.Action] {
        let repeatSteps = Int((scheduleRepeatsSeconds / stepSeconds).rounded())
        let step = repeatSteps > 0 ? steps % repeatSteps : steps
        return schedule.filter { Int(($0.atSeconds / stepSeconds).rounded()) == step }.map(\.action)
    }
}
