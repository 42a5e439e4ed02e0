/// A server's role, as it answers `ROLE`.
public enum RedisRole: Sendable, Equatable {
    case master
    /// `link` is `connected` if the replica receives its master's stream, else its progress (`connect`, `connecting`,
    /// `sync`, ...); `offset` is the number of bytes of that stream that it has.
    case slave(masterHost: String, masterPort: UInt16, link: String, offset: Int64)
    case sentinel

    /// Parses `["master", 3129659, [...]]`, `["slave", "127.0.0.1", 9000, "connected", 3167038]` or `["sentinel",
    /// [...]]`; nil for anything else.
    public init?(_ reply: RedisReply) {
        guard let words = reply.array, let name = words.first?.text else { return nil }
        switch name {
        case "master": self = .master
        case "sentinel": self = .sentinel
        case "slave":
            guard words.count >= 5, let host = words[1].text,
                let port = words[2].integer.flatMap(UInt16.init(exactly:)),
                let link = words[3].text, let offset = words[4].integer
            else { return nil }
            self = .slave(masterHost: host, masterPort: port, link: link, offset: offset)
        default: return nil
        }
    }

    /// Asks the server.
    public static func read(over connection: inout RedisConnection) throws(RedisError) -> RedisRole {
        guard let role = RedisRole(try connection.command(["ROLE"])) else {
            throw .badReply(connection.endpoint, reason: "ROLE is not master, slave or sentinel")
        }
        return role
    }

    /// Redis' name for the role.
    public var name: String {
        switch self {
        case .master: "master"
        case .slave: "slave"
        case .sentinel: "sentinel"
        }
    }
}
