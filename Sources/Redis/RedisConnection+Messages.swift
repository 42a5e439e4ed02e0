import Sockets

extension RedisConnection {
    /// The number of bytes that one ``receiveMessages(within:_:)`` reads before it returns, so that its caller keeps
    /// control during a flood of messages.
    static let messageBytesPerCall = 1 << 20

    /// Receives the messages of a subscription: all that are available, after waiting up to `seconds` for the first one
    /// (0: no wait). Returns the number of completed messages, 0 if none came.
    ///
    /// `take` is called as in ``receive(answers:_:)``; a message begins with an element of depth 0. The elements of a
    /// partial message are delivered as they are parsed, and the rest in a later call. Throws
    /// ``RedisError/io(_:reason:)`` if the connection has ended, once everything before the end was delivered.
    public mutating func receiveMessages(
        within seconds: Double, _ take: (ReplyElement, Span<UInt8>) -> Void
    ) throws(RedisError) -> Int {
        let deadline = Deadline(in: seconds)
        var unfinished = unfinishedBytes
        let result = reader.delivering(to: take) { takeMessages(until: deadline, &unfinished) }
        unfinishedBytes = unfinished
        return try result.get()
    }

    private borrowing func takeMessages(until deadline: Deadline, _ unfinished: inout Int) -> Result<Int, RedisError> {
        var messages = 0
        var received = 0
        while true {
            steps: while true {
                switch reader.step() {
                case .answer:
                    messages += 1
                    unfinished = 0
                case .garbage: return .failure(.badReply(endpoint, reason: reader.complaint))
                case .starved: break steps
                }
            }
            guard unfinished <= limits.replyBytes else {
                return .failure(.replyTooLarge(endpoint, bytes: limits.replyBytes))
            }
            guard messages == 0 || received < Self.messageBytesPerCall else { return .success(messages) }
            switch reader.feed(from: wire) {
            case .bytes(let count):
                received += count
                unfinished += count
            // The next call meets the end again.
            case .ended where messages > 0, .failed where messages > 0: return .success(messages)
            case .ended: return .failure(closed)
            case .failed(let code): return .failure(lost(code))
            case let wanted:
                guard messages == 0, wire.wait(for: wanted, until: deadline) else { return .success(messages) }
            }
        }
    }
}
