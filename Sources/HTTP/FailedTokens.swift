import Synchronization

/// The ``FailureTable`` of a server, which all its routers share: it outlives a reload of the tokens.
public final class FailedTokens: Sendable {
    private let table = Mutex(FailureTable())

    public init() {}

    func waitSeconds(of peer: String, at now: ContinuousClock.Instant) -> Int? {
        table.withLock { $0.waitSeconds(of: peer, at: now) }
    }

    func countWrongToken(of peer: String, at now: ContinuousClock.Instant) {
        table.withLock { $0.countWrongToken(of: peer, at: now) }
    }
}
