/// What happens in a ``SimulatedCluster``.
public struct ClusterPlan: Sendable {
    /// An action at a moment, in seconds since the start.
    public struct Scheduled: Sendable {
        public var atSeconds: Double
        public var action: SimulatedCluster.Action

        public init(atSeconds: Double, _ action: SimulatedCluster.Action) {
            self.atSeconds = atSeconds
            self.action = action
        }
    }

    public var nodes: Int
    public var beatSeconds: Double
    public var seed: UInt64
    public var form = SimulatedNode.Form.json
    /// Sessions at the start, spread over all nodes.
    public var firstSessions = 120
    public var arrivalsPerSecond = 4.0
    public var departuresPerSecond = 3.0
    /// Share of the arrivals whose session is a bare marker, which names no owner.
    public var bareShare = 0.05
    /// Share of a lost node's clients that begin a new session elsewhere, and how many of them do so in a second.
    public var returningShare = 0.8
    public var returnsPerSecond = 20.0
    /// No node takes more sessions than this.
    public var sessionsPerNodeLimit = 100_000
    /// Where the nodes write their logs; nil for no logs, and no requests that would be in them.
    public var logFolder: String?
    /// Requests with sessions that pass the proxy, those of clients that lost theirs among them.
    public var requestsPerSecond = 20.0
    public var schedule: [Scheduled] = []
    /// The schedule begins anew after so long; 0 for never.
    public var scheduleRepeatsSeconds = 0.0

    /// Nothing more happens after so many steps, and heartbeats run out; nil for no end.
    public var stepLimit: Int?

    public init(nodes: Int = 3, beatSeconds: Double = 1, seed: UInt64 = 1) {
        self.nodes = nodes
        self.beatSeconds = beatSeconds
        self.seed = seed
    }

    /// One beat is ten steps.
    var stepSeconds: Double { beatSeconds / 10 }
    static let stepsPerBeat = 10

    /// The scheduled actions that are due in the step after `steps` steps.
    func actions(afterSteps steps: Int) -> [SimulatedCluster.Action] {
        let repeatSteps = Int((scheduleRepeatsSeconds / stepSeconds).rounded())
        let step = repeatSteps > 0 ? steps % repeatSteps : steps
        return schedule.filter { Int(($0.atSeconds / stepSeconds).rounded()) == step }.map(\.action)
    }
}
