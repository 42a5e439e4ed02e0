/// Combines the failures of several servers into one error.
extension RedisError {
    /// The reason of the failure, without the endpoint.
    var reason: String {
        switch self {
        case .connect(_, let reason), .io(_, let reason), .badReply(_, let reason), .invalidURL(let reason): reason
        case .timeout(_, let seconds): "no answer within \(seconds) s"
        case .replyTooLarge(_, let bytes): "a reply of more than \(bytes) bytes"
        case .refused(_, let code, let message): message.isEmpty ? code : "\(code) \(message)"
        }
    }

    /// True if the server may be gone, so that another may have taken its place.
    var isLoss: Bool {
        switch self {
        case .connect, .io, .timeout: true
        case .invalidURL, .badReply, .replyTooLarge, .refused: false
        }
    }

    private var endpoint: RedisEndpoint? {
        switch self {
        case .connect(let endpoint, _), .io(let endpoint, _), .badReply(let endpoint, _), .timeout(let endpoint, _),
            .replyTooLarge(let endpoint, _), .refused(let endpoint, _, _):
            endpoint
        case .invalidURL: nil
        }
    }

    /// The longest text that names all failures.
    private static let reasonLimit = 2_000

    /// Makes one error for a command that no server answered. A refusal stands for all, since the servers are there but
    /// refuse (because of a wrong password, say); otherwise the text names each.
    static func all(_ failures: [RedisError], _ what: String, at first: RedisEndpoint) -> RedisError {
        if let refusal = failures.first(where: \.leavesConnectionUsable) { return refusal }
        let parts = failures.map { failure in
            failure.endpoint.map { "\($0.address): \(failure.reason)" } ?? failure.reason
        }
        return .connect(first, reason: String("\(what); \(parts.joined(separator: "; "))".prefix(reasonLimit)))
    }
}
