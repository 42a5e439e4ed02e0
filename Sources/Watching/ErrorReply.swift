import Redis

/// The meaning of the first word of an error reply.
enum ErrorReply {
    /// The cluster has the key on another server.
    static func isRedirect(_ error: Span<UInt8>) -> Bool { begins(error, "MOVED ") || begins(error, "ASK ") }

    static func isWrongType(_ error: Span<UInt8>) -> Bool { begins(error, "WRONGTYPE") }

    private static func begins(_ text: Span<UInt8>, _ word: StaticString) -> Bool {
        word.withUTF8Buffer { word in
            guard text.count >= word.count else { return false }
            for index in 0..<word.count where unsafe text[index] != word[index] { return false }
            return true
        }
    }
}

extension RedisError {
    public static func refusal(_ bytes: Span<UInt8>, from endpoint: RedisEndpoint) -> RedisError {
        .refusal(String(decoding: Array(copying: bytes), as: UTF8.self), from: endpoint)
    }
}
