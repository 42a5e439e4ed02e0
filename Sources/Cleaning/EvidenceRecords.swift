import Exposition
import Sessions

// Evidence as JSON, in Redis. A record of another version, fingerprint or shape is void: it is reported as such, never
// guessed at, and never deleted.

extension SessionOwner {
    /// `{"node":"node-1","boot":"b7"}`: a field of `mcp:sessiond:known:FINGERPRINT`.
    public var json: JSONValue { ["node": .string(node), "boot": .string(orNull: boot?.text)] }

    public init?(_ json: JSONValue) {
        guard let node = json["node"]?.string, !node.isEmpty, let boot = json.member("boot", \.string) else {
            return nil
        }
        self.init(node: node, boot: boot.map { Boot($0) })
    }
}

extension KnownOwner {
    public func json(_ fingerprint: WatchFingerprint) -> JSONValue {
        [
            "v": 1, "watch": .string(fingerprint.description),
            "dialects": .array(dialects.sorted().map { .int($0) }), "url": .string(orNull: url),
            "started_at": .milliseconds(startedAt),
            "seen_at": .milliseconds(seenAt), "last_heartbeat": .milliseconds(lastHeartbeatAt),
            "silent_seconds": .double(silentSeconds), "intervals": intervals.json,
            "lifetime_seconds": .double(orNull: lifetimeSeconds), "attested": attestation?.json ?? .null,
            "departure": .string(orNull: departure?.rawValue), "successor": .string(orNull: successor),
        ]
    }

    /// Nil if it is not in the form that we write.
    init?(_ owner: SessionOwner, _ json: JSONValue) {
        func seconds(_ name: String) -> Double?? { json.member(name, \.spanSeconds) }
        guard let dialects = json["dialects"]?.array, let url = json.member("url", \.string),
            let startedAt = json.member("started_at", \.milliseconds),
            let seenAt = json.member("seen_at", \.milliseconds),
            let lastHeartbeatAt = json.member("last_heartbeat", \.milliseconds),
            let silent = seconds("silent_seconds"), let intervals = json["intervals"].flatMap(LongestInterval.init),
            let lifetime = seconds("lifetime_seconds"),
            let departure = json.member("departure", { $0.string.flatMap(Departure.init) }),
            let successor = json.member("successor", \.string),
            let attestation = json.member("attested", Attestation.init), lastHeartbeatAt != nil || attestation != nil
        else { return nil }
        self.init(owner)
        self.dialects = Set(dialects.compactMap(\.int))
        guard self.dialects.count == dialects.count else { return nil }
        (self.url, self.startedAt, self.seenAt, self.lastHeartbeatAt) = (url, startedAt, seenAt, lastHeartbeatAt)
        (silentSeconds, self.intervals, lifetimeSeconds) = (silent ?? 0, intervals, lifetime)
        self.attestation = attestation
        (self.departure, self.successor) = (departure, successor)
    }
}

extension LongestInterval {
    /// More heartbeats than any owner writes in its whole life.
    private static let countLimit = 1_000_000_000_000

    /// `{"count":12,"began_at":1796009501.25,"latest":5.1,"former":5.4}`, in seconds.
    public var json: JSONValue {
        [
            "count": .int(count), "began_at": .double(beganAt), "latest": .double(latest), "former": .double(former),
        ]
    }

    init?(_ json: JSONValue) {
        guard let count = json["count"]?.int, (0...Self.countLimit).contains(count),
            let beganAt = json["began_at"]?.spanSeconds,
            let latest = json["latest"]?.spanSeconds, let former = json["former"]?.spanSeconds
        else { return nil }
        self.init(count: count, beganAt: beganAt, latest: latest, former: former)
    }
}

extension Attestation {
    public var json: JSONValue { ["by": .string(by), "why": .string(why), "at": .milliseconds(at)] }

    public init?(_ json: JSONValue) {
        guard let by = json["by"]?.string, let why = json["why"]?.string, let at = json["at"]?.milliseconds else {
            return nil
        }
        self.init(by: by, why: why, at: at)
    }
}

extension SilenceReport {
    /// `count` rises with each write.
    public func json(count: Int) -> JSONValue {
        [
            "v": 1, "watch": .string(fingerprint.description), "count": .int(count), "history": history.json,
            "nodes": .array(nodes.map(\.json)),
        ]
    }

    init?(_ json: JSONValue, _ fingerprint: WatchFingerprint) {
        guard let history = json["history"].flatMap(RedisHistory.init), let rows = json["nodes"]?.array else {
            return nil
        }
        let nodes = rows.compactMap(Node.init)
        guard nodes.count == rows.count else { return nil }
        self.init(fingerprint: fingerprint, history: history, nodes: nodes)
    }
}

extension SilenceReport.Node {
    public var json: JSONValue {
        [
            "node": .string(name), "sole_boot": .string(orNull: soleBoot?.text), "sole_seconds": .double(soleSeconds),
            "shared": .bool(isShared), "renewed": .array(renewed.map { .string($0.description) }),
            "owners": .array(
                owners.map { owner in
                    [
                        "boot": .string(orNull: owner.boot?.text), "silent_seconds": .double(owner.silentSeconds),
                        "heard": .bool(owner.wasHeard),
                    ]
                }),
        ]
    }

    public init?(_ json: JSONValue) {
        guard let name = json["node"]?.string, let sole = json.member("sole_boot", \.string),
            let soleSeconds = json["sole_seconds"]?.spanSeconds, let isShared = json["shared"]?.bool,
            let refs = json["renewed"]?.array, let rows = json["owners"]?.array
        else { return nil }
        let renewed = refs.compactMap { $0.string.flatMap { SessionRef(whole: $0[...]) } }
        let owners = rows.compactMap(SilenceReport.Owner.init)
        guard renewed.count == refs.count, owners.count == rows.count else { return nil }
        self.init(
            name: name, owners: owners, soleBoot: sole.map { Boot($0) }, soleSeconds: soleSeconds, isShared: isShared,
            renewed: renewed)
    }
}

extension SilenceReport.Owner {
    public init?(_ json: JSONValue) {
        guard let boot = json.member("boot", \.string), let silent = json["silent_seconds"]?.spanSeconds,
            let wasHeard = json["heard"]?.bool
        else { return nil }
        self.init(boot: boot.map { Boot($0) }, silentSeconds: silent, wasHeard: wasHeard)
    }
}

extension RedisHistory {
    public var json: JSONValue {
        .object(
            servers.sorted { $0.key < $1.key }.map { name, server in
                (key: name, value: ["run_id": .string(server.runID), "offset": .int(Int(server.offset))])
            })
    }

    init?(_ json: JSONValue) {
        guard let members = json.object else { return nil }
        var servers: [String: Server] = [:]
        for member in members {
            guard let runID = member.value["run_id"]?.string, let offset = member.value["offset"]?.int else {
                return nil
            }
            servers[member.key] = Server(runID: runID, offset: Int64(offset))
        }
        self.init(servers)
    }
}
