import Dispatch
import Redis
import Synchronization

/// A simulated cluster on a thread of its own. Its nodes write heartbeats, its clients come and go, and its nodes die,
/// restart and drain on a schedule or when told to. The plan's seed determines each step; the clock only says when it
/// is due.
public final class SimulatedCluster: Sendable {
    /// An action on a node, or on the proxy.
    public enum Action: Sendable, Equatable {
        case kill(node: String)
        case restart(node: String)
        case drain(node: String)
        /// Makes the proxy send clients to any node.
        case breakStickiness
        case mendStickiness
    }

    /// The state after a step, for a screen.
    public struct State: Sendable, Equatable {
        public struct Node: Sendable, Equatable {
            public var name: String
            public var boot: String
            public var isAlive: Bool
            public var isDraining: Bool
            /// The number of sessions that it holds or, if it is dead, held.
            public var sessions: Int
        }

        public var nodes: [Node] = []
        /// The sessions whose value is a bare marker.
        public var bareSessions = 0
        /// The sessions registered since the start.
        public var registered = 0
        /// Those that their clients ended.
        public var closed = 0
        /// Those that were lost with their node.
        public var stranded = 0
        /// The clients that lost their session and have not come back yet.
        public var awaitingReturn = 0
        /// The requests that reached a node without their session.
        public var refused = 0
        public var isStickinessBroken = false
        public var steps = 0
        /// The steps that an error of Redis broke off, and the last such error.
        public var failures = 0
        public var lastFailure: String?
    }

    private struct Shared {
        var actions: [Action] = []
        var state = State()
        var isStopping = false
        var isRunning = false
    }

    private let endpoint: RedisEndpoint
    private let plan: ClusterPlan
    private let shared = Mutex(Shared())

    /// The most time that ``stop()`` waits for the thread.
    private static let stopSeconds = 10.0
    /// The most actions that wait for the next step; more are dropped.
    private static let actionLimit = 1_000

    /// Makes a cluster of `node-1` to `node-<nodes>`, with the default plan otherwise.
    public convenience init(endpoint: RedisEndpoint, nodes: Int = 3, heartbeatSeconds: Double = 1, seed: UInt64 = 1) {
        self.init(endpoint: endpoint, plan: ClusterPlan(nodes: nodes, heartbeatSeconds: heartbeatSeconds, seed: seed))
    }

    public init(endpoint: RedisEndpoint, plan: ClusterPlan) {
        Sockets.ignoreBrokenPipes()
        self.endpoint = endpoint
        self.plan = plan
    }

    /// Starts the thread. When this returns, all nodes have a heartbeat and the first sessions are registered.
    public func start() throws {
        let isFirst = shared.withLock { shared in
            defer { shared.isRunning = true }
            return !shared.isRunning
        }
        guard isFirst else { return }
        do {
            let cluster = try ClusterSimulation(plan, endpoint)
            // Nobody but the thread holds the simulation from here on.
            nonisolated(unsafe) let handed = cluster
            let state = cluster.state
            shared.withLock { $0.state = state }
            DispatchQueue(label: "simulated cluster").async { [self] in unsafe run(handed) }
        } catch {
            shared.withLock { $0.isRunning = false }
            throw error
        }
    }

    /// Stops the thread without cleaning up: heartbeats run out, sessions stay.
    public func stop() {
        shared.withLock { $0.isStopping = true }
        try? waitUntil(deadline: Self.stopSeconds, "the cluster to stop") { !shared.withLock { $0.isRunning } }
    }

    public func kill(node: String) { ask(.kill(node: node)) }
    public func restart(node: String) { ask(.restart(node: node)) }
    public func drain(node: String) { ask(.drain(node: node)) }

    /// Has the action done at the next step. It has no effect on a node that does not exist or is in that state
    /// already.
    public func ask(_ action: Action) {
        shared.withLock { if $0.actions.count < Self.actionLimit { $0.actions.append(action) } }
    }

    /// The state after the last step.
    public var state: State {
        shared.withLock { $0.state }
    }

    private func run(_ cluster: ClusterSimulation) {
        var due = monotonicSeconds()
        while true {
            let (actions, isStopping) = shared.withLock { shared in
                defer { shared.actions = [] }
                return (shared.actions, shared.isStopping)
            }
            if isStopping { break }
            if cluster.state.steps < plan.stepLimit ?? .max {
                cluster.step(actions)
                shared.withLock { $0.state = cluster.state }
            }
            // Steps that a hanging Redis has cost are not made up for.
            due = max(due + plan.stepSeconds, monotonicSeconds())
            pause(seconds: max(0, due - monotonicSeconds()))
        }
        shared.withLock { shared in
            shared.isStopping = false
            shared.isRunning = false
        }
    }
}
