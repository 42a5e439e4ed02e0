import Foundation
import Redis
import Synchronization

/// A Redis Cluster of our own on 127.0.0.1: masters that share the slots evenly, each with as many replicas. It is ended
/// with ``stop()``, when it is released, or when we die.
public final class PrivateCluster: Sendable {
    /// A server of the cluster.
    public struct Node: Sendable {
        public let server: PrivateRedis
        /// 40 hex digits.
        public let id: String

        public var endpoint: RedisEndpoint { server.endpoint }

        public func connect() throws(RedisError) -> RedisConnection {
            try RedisConnection.open(endpoint, limits: .patient)
        }
    }

    /// How long the cluster may take until all its nodes agree, and each later change until all know of it.
    public static let readySeconds = 120.0
    /// How often the making starts over, should another process take a port that was found free.
    static let makeTries = 5

    /// As made: the masters first, then the replicas of the first master, those of the second, and so on.
    public let nodes: [Node]
    public let masterCount: Int

    /// Starts the servers, joins them, and waits until every one finds the cluster whole. A master counts as gone after
    /// `nodeTimeoutMilliseconds` without an answer: short where a test waits for it, long where it must not happen. A
    /// replica takes over only where three masters or more can vote. `arguments` go to each server.
    public init(
        masters: Int = 3, replicasEach: Int = 0, nodeTimeoutMilliseconds: Int = 2_000, arguments: [String] = []
    ) throws {
        let arguments = ["--cluster-node-timeout", String(nodeTimeoutMilliseconds)] + arguments
        var made: [Node]?
        for attempt in 1...Self.makeTries where made == nil {
            do {
                made = try Self.start(masters * (1 + replicasEach), arguments)
            } catch LabError.ended where attempt < Self.makeTries {
                continue
            }
        }
        nodes = made ?? []
        masterCount = masters
        do {
            try form()
        } catch {
            stop()
            throw error
        }
    }

    deinit {
        stop()
    }

    /// Ends all servers and removes what they wrote.
    public func stop() {
        for node in nodes { node.server.stop() }
    }

    /// The nodes' endpoints, any of which will do as a seed.
    public var seeds: [RedisEndpoint] { nodes.map(\.endpoint) }

    private static func start(_ count: Int, _ arguments: [String]) throws -> [Node] {
        var servers: [PrivateRedis] = []
        for _ in 0..<count {
            // The bus would listen at the port plus 10000, which may be no port at all.
            let bus = ["--cluster-port", String(try freePort())]
            let server = try PrivateRedis(
                arguments: [
                    "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--repl-diskless-sync-delay",
                    "0",
                ] + bus + arguments, tcp: true)
            servers.append(server)
        }
        return try servers.map { server in
            var connection = try RedisConnection.open(server.endpoint, limits: .patient)
            return Node(server: server, id: try connection.command(["CLUSTER", "MYID"]).text ?? "")
        }
    }
}

extension PrivateCluster {
    /// Joins the servers: each master gets its epoch and its slots, all meet, and the replicas choose their masters.
    private func form() throws {
        for (number, node) in nodes.enumerated() {
            var connection = try node.connect()
            // Masters that all begin with epoch 0 would first have to settle who goes before whom.
            try connection.command(["CLUSTER", "SET-CONFIG-EPOCH", String(number + 1)])
            if number < masterCount {
                let first = number * KeySlot.count / masterCount
                let last = (number + 1) * KeySlot.count / masterCount - 1
                try connection.command(["CLUSTER", "ADDSLOTSRANGE", String(first), String(last)])
            }
        }
        try meet()
        for (number, node) in nodes.enumerated().dropFirst(masterCount) {
            let master = nodes[(number - masterCount) / ((nodes.count - masterCount) / masterCount)]
            var connection = try node.connect()
            try connection.command(["CLUSTER", "REPLICATE", master.id])
        }
        try waitUntilWhole()
    }

    private func meet() throws {
        var next = monotonicSeconds()
        try waitForServers("all nodes to know each other") {
            // On a busy machine a handshake may take longer than the node timeout, and is then forgotten.
            if monotonicSeconds() >= next {
                try meet(strangersTo: nodes[0])
                next = monotonicSeconds() + Self.meetAgainSeconds
            }
            return try nodes.allSatisfy { try $0.knows().count == nodes.count }
        }
    }

    private static let meetAgainSeconds = 5.0

    private func meet(strangersTo first: Node) throws {
        let known = try first.knows()
        var asking = try first.connect()
        for node in nodes where known[node.id] == nil {
            guard case .tcp(let host, let port) = node.endpoint.transport else { continue }
            var connection = try node.connect()
            let bus = try connection.command(["CONFIG", "GET", "cluster-port"]).array?.last?.text ?? ""
            try asking.command(["CLUSTER", "MEET", host, String(port), bus])
        }
    }

    /// Waits until every running node finds the cluster whole, agrees on who serves what, and every replica is fed.
    public func waitUntilWhole() throws {
        try waitForServers("every node to find the cluster whole") {
            var pictures: [ClusterSlots] = []
            for node in nodes where node.server.pid != 0 {
                var connection = try node.connect()
                let info = try connection.command(["CLUSTER", "INFO"]).text ?? ""
                guard info.contains("cluster_state:ok") else { return false }
                if case .slave(_, _, let link, _) = try RedisRole.read(over: &connection), link != "connected" {
                    return false
                }
                let slots = try connection.command(["CLUSTER", "SLOTS"])
                pictures.append(try ClusterSlots(parsing: slots, asked: nodes[0].endpoint))
            }
            return pictures.allSatisfy { $0 == pictures[0] && $0.missing.isEmpty }
        }
    }
}

extension PrivateCluster.Node {
    /// The ids of the nodes that it knows and has shaken hands with, itself included, and their flags.
    func knows() throws(RedisError) -> [String: [Substring]] {
        var connection = try connect()
        let text = try connection.command(["CLUSTER", "NODES"]).text ?? ""
        var known: [String: [Substring]] = [:]
        // <id> <address> <flags> <master> <ping> <pong> <epoch> <link> <slots>
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 8 else { continue }
            let flags = words[2].split(separator: ",")
            if !flags.contains("handshake") { known[String(words[0])] = flags }
        }
        return known
    }
}

/// ``waitUntil(deadline:_:_:)`` for a condition that asks several servers, which is not for nothing.
func waitForServers(_ what: String, _ condition: () throws -> Bool) throws {
    try waitUntil(deadline: PrivateCluster.readySeconds, what) {
        if try condition() { return true }
        Thread.sleep(forTimeInterval: 0.05)
        return false
    }
}

extension RedisConnection.Limits {
    /// For servers of our own on a machine that may be very busy.
    public static var patient: Self {
        var limits = Self()
        limits.connectSeconds = 60
        limits.replySeconds = 60
        return limits
    }
}
