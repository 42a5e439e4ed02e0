import Sockets

extension RedisConnection {
    /// How much one ``receiveMessages(within:_:)`` reads at most before it returns, so that its caller stays in charge
    /// under a flood of them.
    static let messageBytesPerCall = 1 << 20

    /// Takes the messages that a subscription has brought: all that are here, after waiting up to `seconds` for a first
    /// one (0: only what is here). Gives how many became complete, 0 when none came.
    ///
    /// `take` is called as in ``receive(answers:_:)``; a message begins with an element of depth 0. The elements of
    /// half a message are handed over as they are parsed, and its rest in a later call. Throws
    /// ``RedisError/io(_:reason:)`` when the connection has ended, after what came before the end was taken.
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
            // The next call finds the end again.
            case .ended where messages > 0, .failed where messages > 0: return .success(messages)
            case .ended: return .failure(closed)
            case .failed(let code): return .failure(lost(code))
            case let wish:
                guard messages == 0, wire.wait(for: wish, until: deadline) else { return .success(messages) }
            }
        }
    }
}
