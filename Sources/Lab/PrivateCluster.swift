import Redis
import Synchronization

/// A Redis Cluster of our own on 127.0.0.1: masters that share the slots evenly, each with the same number of replicas.
/// It ends with ``stop()``, when it is released, or when we die.
public final class PrivateCluster: Sendable {
    /// A server of the cluster.
    public struct Node: Sendable {
        public let server: PrivateRedis
        /// The node's id in the cluster, 40 hex digits.
        public let id: String

        public var endpoint: RedisEndpoint { server.endpoint }

        public func connect() throws(RedisError) -> RedisConnection {
            try RedisConnection.open(endpoint, limits: .patient)
        }
    }

    /// The most time until all nodes agree, at the start and after each change.
    public static let readySeconds = 120.0
    /// The number of attempts to start, in case another process takes a port that was found free.
    static let startAttempts = 5

    /// The masters, then the replicas of the first master, those of the second, and so on, as they were at the start.
    public let nodes: [Node]
    public let masterCount: Int

    /// Starts the servers, joins them, and waits until every one finds the cluster complete. A master counts as gone
    /// after `nodeTimeoutMilliseconds` without an answer: make that short if a test waits for it, and long if it must
    /// not happen. A replica takes over only if three masters or more can vote. Each server gets `arguments`.
    public init(
        masters: Int = 3, replicasEach: Int = 0, nodeTimeoutMilliseconds: Int = 2_000, arguments: [String] = []
    ) throws {
        let arguments = ["--cluster-node-timeout", String(nodeTimeoutMilliseconds)] + arguments
        var started: [Node]?
        for attempt in 1...Self.startAttempts where started == nil {
            do {
                started = try Self.start(masters * (1 + replicasEach), arguments)
            } catch LabError.ended where attempt < Self.startAttempts {
                continue
            }
        }
        nodes = started ?? []
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

    /// Ends all servers and removes their files.
    public func stop() {
        for node in nodes { node.server.stop() }
    }

    /// The nodes' endpoints, any of which will do as a seed.
    public var seeds: [RedisEndpoint] { nodes.map(\.endpoint) }

    private static func start(_ count: Int, _ arguments: [String]) throws -> [Node] {
        var servers: [PrivateRedis] = []
        for _ in 0..<count {
            // The bus would listen at the port plus 10000, which may be no port at all.
            let bus = ["--cluster-port", String(try Sockets.freePort())]
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
    /// Joins the servers: gives each master its epoch and its slots, lets all meet, and gives the replicas their
    /// masters.
    private func form() throws {
        for (number, node) in nodes.enumerated() {
            var connection = try node.connect()
            // Masters that all begin with epoch 0 would first have to settle their order.
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
            // On a busy machine a handshake may outlast the node timeout, and is then forgotten.
            if monotonicSeconds() >= next {
                try introduceStrangers(to: nodes[0])
                next = monotonicSeconds() + Self.meetAgainSeconds
            }
            return try nodes.allSatisfy { try $0.knownNodes().count == nodes.count }
        }
    }

    private static let meetAgainSeconds = 5.0

    private func introduceStrangers(to first: Node) throws {
        let known = try first.knownNodes()
        var asking = try first.connect()
        for node in nodes where known[node.id] == nil {
            guard case .tcp(let host, let port) = node.endpoint.transport else { continue }
            var connection = try node.connect()
            let bus = try connection.command(["CONFIG", "GET", "cluster-port"]).array?.last?.text ?? ""
            try asking.command(["CLUSTER", "MEET", host, String(port), bus])
        }
    }

    /// Waits until every running node finds the cluster complete, all agree on the slots, and every replica is in sync.
    public func waitUntilWhole() throws {
        try waitForServers("every node to find the cluster complete") {
            var views: [ClusterSlots] = []
            for node in nodes where node.server.pid != 0 {
                var connection = try node.connect()
                let info = try connection.command(["CLUSTER", "INFO"]).text ?? ""
                guard info.contains("cluster_state:ok") else { return false }
                if case .slave(_, _, let link, _) = try RedisRole.read(over: &connection), link != "connected" {
                    return false
                }
                let slots = try connection.command(["CLUSTER", "SLOTS"])
                views.append(try ClusterSlots(parsing: slots, asked: nodes[0].endpoint))
            }
            return views.allSatisfy { $0 == views[0] && $0.missing.isEmpty }
        }
    }
}

extension PrivateCluster.Node {
    /// The nodes with which it has shaken hands, itself included: their flags by id.
    func knownNodes() throws(RedisError) -> [String: [Substring]] {
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
