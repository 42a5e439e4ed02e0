/// A cluster node's statement that a slot is elsewhere: `MOVED 3999 127.0.0.1:6381` for good, `ASK 3999 127.0.0.1:6381`
/// for this one command, while the slot's keys are being moved.
public struct Redirect: Sendable, Equatable {
    public enum Kind: String, Sendable {
        case moved = "MOVED"
        case ask = "ASK"
    }

    public let kind: Kind
    public let slot: Int
    /// Empty for the host that was asked, `?` for an unknown one.
    public let host: String
    public let port: UInt16

    /// Parses an error reply; nil if it is another error. IPv6 addresses have no brackets.
    public init?(parsing text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, let kind = Kind(rawValue: String(words[0])),
            let slot = Int(words[1]), (0..<KeySlot.count).contains(slot),
            let colon = words[2].lastIndex(of: ":"), let port = UInt16(words[2][words[2].index(after: colon)...])
        else { return nil }
        self.kind = kind
        self.slot = slot
        self.port = port
        host = String(words[2][..<colon])
    }

    /// The node it names, with the user, password and TLS of the node that was asked; nil if its host is unknown.
    public func endpoint(asked: RedisEndpoint) -> RedisEndpoint? {
        guard host != "?" else { return nil }
        var endpoint = asked
        endpoint.transport = .tcp(host: host.isEmpty ? asked.clusterHost : host, port: port)
        return endpoint
    }
}
