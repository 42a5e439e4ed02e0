/// An error between us and Redis. Its texts name the endpoint, never a password, a key or a value.
public enum RedisError: Error, Sendable, Equatable {
    /// The URL is invalid; the text says why and contains no user info.
    case invalidURL(String)
    /// No connection could be made.
    case connect(RedisEndpoint, reason: String)
    /// The connection broke, or the server closed it.
    case io(RedisEndpoint, reason: String)
    /// No complete answer came in time; the connection is unusable.
    case timeout(RedisEndpoint, seconds: Double)
    /// The answer is not RESP, or does not have the shape of an answer to the command.
    case badReply(RedisEndpoint, reason: String)
    /// One answer is larger than ``RedisConnection/Limits/replyBytes``.
    case replyTooLarge(RedisEndpoint, bytes: Int)
    /// The server refused the command: `code` is its first word (`NOAUTH`, `LOADING`, `WRONGTYPE`, ...).
    case refused(RedisEndpoint, code: String, message: String)

    /// The `kind` label of `mcp_sessiond_redis_errors_total`.
    public enum Kind: String, Sendable, CaseIterable {
        case io, timeout, moved, readonly, auth, other
    }

    public var kind: Kind {
        switch self {
        case .connect, .io: .io
        case .timeout: .timeout
        case .invalidURL, .badReply, .replyTooLarge: .other
        case .refused(_, let code, _):
            switch code {
            case "MOVED", "ASK": .moved
            case "READONLY": .readonly
            case "NOAUTH", "WRONGPASS", "NOPERM", "DENIED": .auth
            default: .other
            }
        }
    }

    /// True if the connection can still be used: only a refusal leaves it in step.
    public var leavesConnectionUsable: Bool {
        if case .refused = self { true } else { false }
    }
}

extension RedisError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidURL(let reason): "redis URL: \(reason)"
        case .connect(let endpoint, let reason): "cannot connect to Redis at \(endpoint): \(reason)"
        case .io(let endpoint, let reason): "connection to Redis at \(endpoint) lost: \(reason)"
        case .timeout(let endpoint, let seconds): "Redis at \(endpoint) did not answer within \(seconds) s"
        case .badReply(let endpoint, let reason): "Redis at \(endpoint) sent an invalid reply: \(reason)"
        case .replyTooLarge(let endpoint, let bytes): "Redis at \(endpoint) sent a reply of more than \(bytes) bytes"
        case .refused(let endpoint, let code, let message): "Redis at \(endpoint) refused: \(code) \(message)"
        }
    }

    /// The number of characters to keep of a server's error text.
    static let messageLimit = 200

    /// Splits `WRONGTYPE Operation against ...` into code and message. In "unknown command" errors Redis quotes the
    /// arguments, and one may be a session id, so that part is cut.
    public static func refusal(_ text: String, from endpoint: RedisEndpoint) -> RedisError {
        let cut = text.firstRange(of: ", with args").map { text[..<$0.lowerBound] } ?? text[...]
        let printable = cut.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(messageLimit)
        let words = String(String.UnicodeScalarView(printable)).split(separator: " ", maxSplits: 1)
        return .refused(
            endpoint, code: words.first.map(String.init) ?? "ERR", message: words.count > 1 ? String(words[1]) : "")
    }
}
