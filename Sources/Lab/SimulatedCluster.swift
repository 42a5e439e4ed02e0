import Foundation
import Redis
import Synchronization

/// A cluster that lives on a thread of its own: nodes beat, clients come and go, and nodes die, restart and drain when
/// told to or on a schedule. What a step does follows from the plan's seed; the clock only says when it is due.
public final class SimulatedCluster: Sendable {
    /// What can be done to a node.
    public enum Action: Sendable, Equatable {
        case kill(node: String)
        case restart(node: String)
        case drain(node: String)
        /// The proxy stops to keep its clients to their nodes.
        case breakStickiness
        case mendStickiness
    }

    /// What the screen may show.
    public struct State: Sendable, Equatable {
        public struct Node: Sendable, Equatable {
            public var name: String
            public var boot: String
            public var isAlive: Bool
            public var isDraining: Bool
            /// How many sessions it holds; of a dead node, how many it held.
            public var sessions: Int
        }

        public var nodes: [Node] = []
        /// Sessions whose value is a bare marker.
        public var bareSessions = 0
        /// Counted since the start: sessions registered, ended by their clients, and lost with their node.
        public var registered = 0
        public var closed = 0
        public var stranded = 0
        /// Clients that lost their session and have not come back yet.
        public var awaitingReturn = 0
        /// Requests that reached a node without their session.
        public var refused = 0
        public var isStickinessBroken = false
        /// Steps taken.
        public var steps = 0
        /// Steps broken off because Redis could not be reached, and the last one's error.
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

    /// How long ``stop()`` waits for the thread.
    private static let stopSeconds = 10.0
    /// Actions that wait for the next step; more are dropped.
    private static let actionLimit = 1_000

    /// `node-1` to `node-<nodes>`, with the default plan otherwise.
    public convenience init(endpoint: RedisEndpoint, nodes: Int = 3, beatSeconds: Double = 1, seed: UInt64 = 1) {
        self.init(endpoint: endpoint, plan: ClusterPlan(nodes: nodes, beatSeconds: beatSeconds, seed: seed))
    }

    public init(endpoint: RedisEndpoint, plan: ClusterPlan) {
        ignoreBrokenPipes()
        self.endpoint = endpoint
        self.plan = plan
    }

    /// Begins: all nodes beat and the plan's first sessions are registered when this returns.
    public func start() throws {
        let isFirst = shared.withLock { shared in
            defer { shared.isRunning = true }
            return !shared.isRunning
        }
        guard isFirst else { return }
        do {
            let cluster = try ClusterSimulation(plan, endpoint)
            // The simulation is handed to the thread, and nobody else holds it.
            nonisolated(unsafe) let handed = cluster
            let state = cluster.state
            shared.withLock { $0.state = state }
            Thread.detachNewThread { [self] in unsafe run(handed) }
        } catch {
            shared.withLock { $0.isRunning = false }
            throw error
        }
    }

    /// Stops the thread, without a farewell: heartbeats run out, sessions stay.
    public func stop() {
        shared.withLock { $0.isStopping = true }
        try? waitUntil(deadline: Self.stopSeconds, "the cluster to stop") { !shared.withLock { $0.isRunning } }
    }

    public func kill(node: String) { ask(.kill(node: node)) }
    public func restart(node: String) { ask(.restart(node: node)) }
    public func drain(node: String) { ask(.drain(node: node)) }

    /// Has the action done at the next step; one on a node that does not exist, or is in that condition, does nothing.
    public func ask(_ action: Action) {
        shared.withLock { if $0.actions.count < Self.actionLimit { $0.actions.append(action) } }
    }

    /// As of the last step.
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
            // Steps that a hanging Redis has cost are not caught up with.
            due = max(due + plan.stepSeconds, monotonicSeconds())
            Thread.sleep(forTimeInterval: max(0, due - monotonicSeconds()))
        }
        shared.withLock { shared in
            shared.isStopping = false
            shared.isRunning = false
        }
    }
}
