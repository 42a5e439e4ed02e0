import Exposition

/// Names and values of a record, the values as they stand in JSON: a text is in quotes.
typealias RawFields = [(name: String, value: String)]

/// One heartbeat of a process that is due.
struct Beat: Sendable {
    /// How many came before it.
    var count: Int
    /// The node's own clock.
    var now: Double
}

/// How one process of a node behaves.
struct NodeScript: Sendable {
    typealias Fields = @Sendable (Beat) -> RawFields

    /// How fields become a value in Redis.
    enum Shape: Sendable, CaseIterable {
        case string, hash
    }

    let node: String
    /// As the heartbeat has it in JSON; nil where there is none.
    var boot: String?
    /// As the records of its sessions have it.
    var recordedBoot: String?
    /// From one heartbeat to the next.
    var every = 0.3
    var jitter = 0.1
    var phase: Double?
    /// A process that gave no sign for so long may have been taken for dead, and rightly.
    var lapseSeconds = 2.5
    var ttlSeconds = 5.0
    /// What stands before the node's name in the heartbeat's key.
    var prefix = "mcp:node:"
    var shape = Shape.string
    var sessionShape = Shape.string
    var sessions = 5
    var heartbeat: Fields
    /// Of a record that is written now. The node's name is put before it, and its boot.
    var record: Fields = { [("created_at", "\($0.now)"), ("client", "\"accident 1\"")] }
    /// Names of the fields that say whose a session is.
    var ownerFields = (node: "node", boot: "boot")
    /// What the records name as the node, where that is not its name.
    var recordedNode: String?
    /// Commands of a heartbeat instead of a whole new value.
    var beatCommands: (@Sendable (Beat) -> [[String]])?

    /// A process as it should be: its boot a UUID, and its heartbeat with the time.
    init(_ node: String, boot: String) {
        self.node = node
        self.boot = "\"\(boot)\""
        recordedBoot = self.boot
        heartbeat = { [("seen_at", "\($0.now)"), ("state", "\"serving\"")] }
    }

    var heartbeatKey: String { prefix + node }

    func beat(_ beat: Beat) -> [[String]] {
        if let beatCommands { return beatCommands(beat) }
        let fields = (boot.map { [("boot", $0)] } ?? []) + heartbeat(beat)
        return Self.write(fields, to: heartbeatKey, as: shape, ttlSeconds: ttlSeconds)
    }

    /// Writes the record of a session.
    func record(_ id: String, _ beat: Beat) -> [[String]] {
        let owner = [(ownerFields.node, "\"\(recordedNode ?? node)\"")]
        let fields = owner + (recordedBoot.map { [(ownerFields.boot, $0)] } ?? []) + record(beat)
        return Self.write(fields, to: "mcp:session:\(id)", as: sessionShape, ttlSeconds: World.sessionTTLSeconds)
    }

    static func write(_ fields: RawFields, to key: String, as shape: Shape, ttlSeconds: Double) -> [[String]] {
        let milliseconds = String(Int(ttlSeconds * 1000))
        switch shape {
        case .string: return [["SET", key, json(fields), "PX", milliseconds]]
        case .hash:
            let words = fields.flatMap { [$0.name, text($0.value)] }
            return [["HSET", key] + words, ["PEXPIRE", key, milliseconds]]
        }
    }

    static func json(_ fields: RawFields) -> String {
        "{" + fields.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ",") + "}"
    }

    /// A value without the quotes of JSON.
    private static func text(_ value: String) -> String {
        value.hasPrefix("\"") ? String(value.dropFirst().dropLast()) : value
    }
}
