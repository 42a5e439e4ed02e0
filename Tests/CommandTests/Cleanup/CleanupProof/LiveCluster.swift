import Digests
import Exposition
import Foundation
import Lab
import Redis
import Synchronization

/// Nodes that register, close, die, restart and take up ids that others left, and know at each moment which sessions are
/// alive: the oracle that no part of the product has a hand in.
final class LiveCluster: Sendable {
    /// From one beat to the next; a heartbeat lives three times as long.
    static let beatSeconds = 0.3
    /// A node that could not beat for so long may have been taken for dead, and rightly: of what it held then, the
    /// oracle says nothing any more. Below `nodes.dead_after` + `cleanup.grace`, with the looks in between.
    static let lapseSeconds = 3.0
    private static let stepSeconds = 0.05

    private struct Node {
        var name: String
        var boot: String
        var isAlive = true
        var lastHeartbeatAt: Double
        var sessions: Set<String> = []
    }

    struct Tally: Sendable {
        var registered = 0
        var takenUp = 0
        var deaths = 0
        var restarts = 0
        var lapses = 0
        /// Sessions found missing though they are alive.
        var missing = 0
    }

    private struct State {
        var nodes: [Node] = []
        var orphans: [String] = []
        var endpoint: RedisEndpoint
        var isPaused = false
        var isStopping = false
        var isRunning = false
        var tally = Tally()
        var random: SplitMix64
    }

    private let state: Mutex<State>

    init(_ endpoint: RedisEndpoint, nodes: Int, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let start = Self.seconds
        let all = (1...nodes).map { Node(name: "node-\($0)", boot: random.uuid(), lastHeartbeatAt: start) }
        state = Mutex(State(nodes: all, endpoint: endpoint, random: random))
    }

    var tally: Tally { state.withLock(\.tally) }

    static var seconds: Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }

    func start() {
        state.withLock { $0.isRunning = true }
        Thread.detachNewThread { [self] in
            var connection: RedisConnection?
            while !state.withLock(\.isStopping) {
                do {
                    // A former master is not written to, even if it takes writes again.
                    let endpoint = state.withLock(\.endpoint)
                    if connection?.endpoint != endpoint { connection = try RedisConnection.open(endpoint) }
                    if var open = connection.take() {
                        try step(&open)
                        connection = consume open
                    }
                } catch {
                    connection = nil
                }
                Thread.sleep(forTimeInterval: Self.stepSeconds)
            }
            state.withLock { $0.isRunning = false }
        }
    }

    func stop() {
        state.withLock { $0.isStopping = true }
        try? waitUntil("the cluster to stop") { !state.withLock(\.isRunning) }
    }

    /// Does something to Redis that may lose keys; afterwards, at `endpoint`, all that is alive is written anew.
    func whilePaused(at endpoint: RedisEndpoint? = nil, _ body: () throws -> RedisEndpoint?) throws {
        try state.withLock { state in
            if let new = try body() ?? endpoint { state.endpoint = new }
            // What was registered is registered again, as its node would by the first request for it.
            for index in state.nodes.indices { state.nodes[index].lastHeartbeatAt = -1 }
        }
    }

    /// Looks for every session that is alive; those that are missing are counted.
    func check(_ connection: inout RedisConnection) throws {
        try state.withLock { state in
            lapse(&state)
            let alive = state.nodes.filter(\.isAlive).flatMap(\.sessions)
            guard !alive.isEmpty else { return }
            let held = try connection.command(["MGET"] + alive.map { "mcp:session:\($0)" }).array ?? []
            state.tally.missing += held.count { $0 == .null }
        }
    }
}

extension LiveCluster {
    private func step(_ connection: inout RedisConnection) throws {
        try state.withLock { state in
            lapse(&state)
            for index in state.nodes.indices where state.nodes[index].isAlive {
                try beat(index, &state, &connection)
            }
            switch Int.random(in: 0..<20, using: &state.random) {
            case 0..<9: try register(&state, &connection)
            case 9..<12: try close(&state, &connection)
            case 12..<14: try takeUp(&state, &connection)
            case 14: die(&state)
            case 15: restart(&state)
            default: break
            }
        }
    }

    /// Forgets what nodes held that could not beat for too long: it may be gone, and rightly.
    private func lapse(_ state: inout State) {
        let now = Self.seconds
        for index in state.nodes.indices {
            let node = state.nodes[index]
            guard node.isAlive, node.lastHeartbeatAt >= 0, now - node.lastHeartbeatAt > Self.lapseSeconds else {
                continue
            }
            state.tally.lapses += 1
            // A process that was taken for dead ends itself, and another one begins.
            state.nodes[index].boot = state.random.uuid()
            state.nodes[index].sessions = []
            state.nodes[index].lastHeartbeatAt = now
        }
    }

    private func beat(_ index: Int, _ state: inout State, _ connection: inout RedisConnection) throws {
        let node = state.nodes[index]
        let now = Self.seconds
        guard now - node.lastHeartbeatAt >= Self.beatSeconds else { return }
        if node.lastHeartbeatAt < 0 {
            for id in node.sessions { try write(id, node, &connection) }
        }
        let value: JSONValue = [
            "boot": .string(node.boot), "seen_at": .double(Date().timeIntervalSince1970), "state": "serving",
        ]
        let life = Int(3000 * Self.beatSeconds)
        _ = try connection.command(["SET", "mcp:node:\(node.name)", value.compact, "PX", String(life)])
        state.nodes[index].lastHeartbeatAt = now
    }

    private func write(_ id: String, _ node: Node, _ connection: inout RedisConnection) throws {
        let value: JSONValue = [
            "node": .string(node.name), "boot": .string(node.boot),
            "created_at": .double(Date().timeIntervalSince1970), "client": "proof 1",
        ]
        _ = try connection.command(["SET", "mcp:session:\(id)", value.compact, "EX", "3600"])
    }

    private func anyAlive(_ state: inout State) -> Int? {
        state.nodes.indices.filter { state.nodes[$0].isAlive }.randomElement(using: &state.random)
    }

    private func register(_ state: inout State, _ connection: inout RedisConnection) throws {
        guard let index = anyAlive(&state), state.nodes[index].sessions.count < 200 else { return }
        for _ in 0..<Int.random(in: 1...20, using: &state.random) {
            let id = state.random.uuid()
            try write(id, state.nodes[index], &connection)
            state.nodes[index].sessions.insert(id)
            state.tally.registered += 1
        }
    }

    private func close(_ state: inout State, _ connection: inout RedisConnection) throws {
        guard let index = anyAlive(&state), let id = state.nodes[index].sessions.randomElement(using: &state.random)
        else { return }
        state.nodes[index].sessions.remove(id)
        _ = try connection.command(["UNLINK", "mcp:session:\(id)"])
    }

    /// Ids that a dead process left are registered anew by a living one, just when they may be cleaned.
    private func takeUp(_ state: inout State, _ connection: inout RedisConnection) throws {
        guard let index = anyAlive(&state) else { return }
        for _ in 0..<10 where !state.orphans.isEmpty {
            let id = state.orphans.remove(at: Int.random(in: 0..<state.orphans.count, using: &state.random))
            try write(id, state.nodes[index], &connection)
            state.nodes[index].sessions.insert(id)
            state.tally.takenUp += 1
        }
    }

    private func die(_ state: inout State) {
        // Most stay: with too many dead at once nothing is cleaned, and nothing proven.
        guard state.nodes.count(where: { !$0.isAlive }) * 3 < state.nodes.count, let index = anyAlive(&state) else {
            return
        }
        state.nodes[index].isAlive = false
        strand(index, &state)
        state.tally.deaths += 1
    }

    private func restart(_ state: inout State) {
        guard let index = state.nodes.indices.randomElement(using: &state.random) else { return }
        strand(index, &state)
        state.nodes[index].boot = state.random.uuid()
        state.nodes[index].isAlive = true
        state.nodes[index].lastHeartbeatAt = Self.seconds - 2 * Self.beatSeconds
        state.tally.restarts += 1
    }

    private func strand(_ index: Int, _ state: inout State) {
        state.orphans += state.nodes[index].sessions
        state.nodes[index].sessions = []
        if state.orphans.count > 2_000 { state.orphans.removeFirst(state.orphans.count - 2_000) }
    }
}
