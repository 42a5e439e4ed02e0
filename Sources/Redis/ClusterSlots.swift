/// The slots of a Redis Cluster and the shards that serve them, as one node reported them in `CLUSTER SLOTS`.
public struct ClusterSlots: Sendable, Equatable {
    /// A master that serves slots.
    public struct Shard: Sendable, Equatable {
        /// 40 hex digits, which stay the same for as long as the node is in the cluster.
        public let nodeID: String
        /// With the user, password and TLS of the node that was asked.
        public let endpoint: RedisEndpoint

        public init(nodeID: String, endpoint: RedisEndpoint) {
            self.nodeID = nodeID
            self.endpoint = endpoint
        }
    }

    /// The masters that serve slots, ordered by node id. Masters without slots are left out.
    public let shards: [Shard]
    /// The shard number of each slot; ``nobody`` if no shard serves it.
    private var table: [Int16]

    /// Redis Cluster is not designed for more masters than this.
    public static let shardLimit = 1_000
    private static let nobody: Int16 = -1

    /// The number of the shard that serves the slot, as an index into ``shards``; nil if none does.
    public func shard(ofSlot slot: Int) -> Int? {
        let number = table[slot]
        return number == Self.nobody ? nil : Int(number)
    }

    /// The slots that no shard serves, in ascending ranges.
    public var missing: [ClosedRange<Int>] {
        var ranges: [ClosedRange<Int>] = []
        for slot in table.indices where table[slot] == Self.nobody {
            if let last = ranges.last, last.upperBound == slot - 1 {
                ranges[ranges.count - 1] = last.lowerBound...slot
            } else {
                ranges.append(slot...slot)
            }
        }
        return ranges
    }

    /// Applies a `MOVED`: the slot is now served at `endpoint`. Returns false and changes nothing if that is not a
    /// known shard; then the whole table is out of date.
    mutating func move(slot: Int, to endpoint: RedisEndpoint) -> Bool {
        guard let number = shards.firstIndex(where: { $0.endpoint.transport == endpoint.transport }) else {
            return false
        }
        table[slot] = Int16(number)
        return true
    }
}

extension ClusterSlots {
    /// Parses the answer of the node at `asked` to `CLUSTER SLOTS`:
    ///
    ///     [[0, 5460, ["10.0.0.1", 6379, "09dbe9720c", ["hostname", "a.example"]], [a replica], ...], ...]
    ///
    /// The master comes first. An empty or null host means the host that was asked (the node does not know its own
    /// address); `?` means that no host name is set, so the node's `ip` is used if it is given. If all of that fails,
    /// the slots of that master are ``missing``.
    public init(parsing reply: RedisReply, asked: RedisEndpoint) throws(RedisError) {
        guard let entries = reply.array, entries.count <= KeySlot.count else {
            throw .badReply(asked, reason: "CLUSTER SLOTS is not a list of slot ranges")
        }
        var shards: [String: Shard] = [:]
        var ranges: [(slots: ClosedRange<Int>, nodeID: String)] = []
        for entry in entries {
            guard let words = entry.array, words.count >= 2, let range = Self.range(words[0], words[1]) else {
                throw .badReply(asked, reason: "CLUSTER SLOTS has an invalid range")
            }
            // The range has no node.
            guard words.count > 2 else { continue }
            guard let node = words[2].array, node.count >= 3, let nodeID = node[2].text,
                let port = node[1].integer.flatMap(UInt16.init(exactly:))
            else { throw .badReply(asked, reason: "CLUSTER SLOTS has a node without port or id") }
            guard let host = Self.host(node, asked) else { continue }
            var endpoint = asked
            endpoint.transport = .tcp(host: host, port: port)
            shards[nodeID] = Shard(nodeID: nodeID, endpoint: endpoint)
            ranges.append((range, nodeID))
        }
        guard shards.count <= Self.shardLimit else {
            throw .badReply(asked, reason: "CLUSTER SLOTS has more than \(Self.shardLimit) masters")
        }
        self.shards = shards.values.sorted { $0.nodeID < $1.nodeID }
        table = Array(repeating: Self.nobody, count: KeySlot.count)
        let numbers = Dictionary(uniqueKeysWithValues: self.shards.enumerated().map { ($1.nodeID, Int16($0)) })
        for (slots, nodeID) in ranges {
            for slot in slots { table[slot] = numbers[nodeID] ?? Self.nobody }
        }
    }

    private static func range(_ first: RedisReply, _ last: RedisReply) -> ClosedRange<Int>? {
        guard let first = first.integer, let last = last.integer, first >= 0, first <= last, last < KeySlot.count else {
            return nil
        }
        return Int(first)...Int(last)
    }

    private static func host(_ node: [RedisReply], _ asked: RedisEndpoint) -> String? {
        switch node[0].text ?? "" {
        case "": return asked.clusterHost
        case "?":
            let more = node.count > 3 ? node[3].array?.compactMap(\.text) ?? [] : []
            guard let ip = more.firstIndex(of: "ip"), ip + 1 < more.count else { return nil }
            return more[ip + 1]
        case let host: return host
        }
    }
}

extension RedisEndpoint {
    /// The host by which this node was reached; stands in for a node that does not know its own address.
    var clusterHost: String {
        switch transport {
        case .tcp(let host, _): host
        case .unix: "127.0.0.1"
        }
    }
}
