/// The answer to `INFO replication`, with the run id of `INFO server` if requested.
public struct RedisReplication: Sendable, Equatable {
    /// A replica as its primary sees it: `slave0:ip=10.0.0.7,port=6379,state=online,offset=14000,lag=1`.
    public struct Replica: Sendable, Equatable {
        public var host: String
        public var port: UInt16
        /// `online` once it has the data; before that, `wait_bgsave` or `send_bulk`.
        public var state: String
        /// The number of bytes of the stream that it has acknowledged.
        public var offset: Int64
        /// Seconds since its last acknowledgement (there should be one every second).
        public var lagSeconds: Int

        public init(host: String, port: UInt16, state: String, offset: Int64, lagSeconds: Int) {
            self.host = host
            self.port = port
            self.state = state
            self.offset = offset
            self.lagSeconds = lagSeconds
        }
    }

    /// `master` or `slave`.
    public var role = ""
    /// 40 hex digits, new at each start of the server; empty if not requested.
    public var runID = ""
    /// The number of bytes of the stream that a master has written, or a replica has received.
    public var offset: Int64 = 0
    /// On a replica: true if it is connected to its master.
    public var isLinkUp = false
    /// On a replica: true while it receives a full copy.
    public var isSyncing = false
    /// On a replica: seconds since its master last sent anything (at least every 10 s); nil if disconnected.
    public var lastIOSeconds: Int?
    /// On a master: the connected replicas, at most ``replicaLimit``.
    public var replicas: [Replica] = []

    /// The number of replicas of one server to consider.
    public static let replicaLimit = 64

    public init() {}

    /// Parses `name:value` lines; missing values keep their defaults.
    public init(info text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(separator: ":", maxSplits: 1)
            guard words.count == 2 else { continue }
            let value = String(words[1])
            switch words[0] {
            case "role": role = value
            case "run_id": runID = value
            // A replica reports both; the first is what it holds. On a master both are the same.
            case "slave_repl_offset": offset = Int64(value) ?? 0
            case "master_repl_offset": if role == "master" { offset = Int64(value) ?? 0 }
            case "master_link_status": isLinkUp = value == "up"
            case "master_sync_in_progress": isSyncing = value == "1"
            case "master_last_io_seconds_ago": lastIOSeconds = Int(value).flatMap { $0 < 0 ? nil : $0 }
            case let name where name.hasPrefix("slave") && name.dropFirst(5).allSatisfy(\.isNumber):
                if replicas.count < Self.replicaLimit, let replica = Replica(value) { replicas.append(replica) }
            default: break
            }
        }
    }

    /// Asks the server; the run id takes a second command.
    public static func read(
        over connection: inout RedisConnection, withRunID: Bool = false
    ) throws(RedisError) -> RedisReplication {
        var text = try connection.command(["INFO", "replication"]).text ?? ""
        if withRunID { text += "\n" + (try connection.command(["INFO", "server"]).text ?? "") }
        return RedisReplication(info: text)
    }
}

extension RedisReplication.Replica {
    /// Parses `ip=10.0.0.7,port=6379,state=online,offset=14000,lag=1`; nil if host, port or state is missing.
    fileprivate init?(_ text: String) {
        var fields: [Substring: Substring] = [:]
        for field in text.split(separator: ",") {
            let words = field.split(separator: "=", maxSplits: 1)
            if words.count == 2 { fields[words[0]] = words[1] }
        }
        guard let host = fields["ip"], let port = fields["port"].flatMap({ UInt16($0) }), let state = fields["state"]
        else { return nil }
        self.init(
            host: String(host), port: port, state: String(state), offset: fields["offset"].flatMap { Int64($0) } ?? 0,
            lagSeconds: fields["lag"].flatMap { Int($0) } ?? 0)
    }
}
