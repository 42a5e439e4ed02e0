/// The right to run cleanup, as this process knows it. At most one daemon instance holds it. The server decides who
/// does; this type only knows, on the monotonic clock, until when the server's last answer is valid.
///
/// Each acquisition has its own epoch, one above the last. Every removal names its epoch, and the server refuses any
/// epoch but the present one, so a holder that slept through its lease removes nothing.
public struct CleanupLease: Sendable, Equatable {
    /// The time after which the server ends a lease that was not renewed, by its own clock.
    public static let seconds = 15.0
    /// The time from one renewal to the next.
    public static let renewSeconds = 5.0
    /// The time after a request for which its answer is valid. It ends well before the server ends the lease.
    static let reliedOnSeconds = 10.0

    /// The name of this process, different from all other instances and from each former process of this one.
    public let holder: String
    /// The epoch of the last acquisition or renewal. Nil if this process does not hold the lease.
    public private(set) var epoch: Int?
    private var askedAt = -Double.infinity

    public init(holder: String) {
        self.holder = holder
    }

    /// The server's answer to an acquisition or a renewal.
    public enum Answer: Sendable, Equatable {
        case held(epoch: Int)
        /// Another instance holds the lease, for `secondsLeft` at most.
        case heldBy(String, epoch: Int, secondsLeft: Double)
    }

    /// The change of the lease by an answer.
    public enum Transition: String, Sendable, CaseIterable {
        case acquired, lost, released
    }

    /// Takes the server's answer to a request that was made at `seconds` on the monotonic clock.
    public mutating func take(_ answer: Answer, askedAt seconds: Double) -> Transition? {
        switch answer {
        case .held(let now):
            // Another epoch means that the lease was lost in between, unnoticed. It may also have been lost after its
            // answer ceased to be valid, even if the epoch is the same, since epochs start again after a flush.
            let isSame = epoch(at: seconds) == now
            (epoch, askedAt) = (now, seconds)
            return isSame ? nil : .acquired
        case .heldBy:
            defer { epoch = nil }
            return epoch == nil ? nil : .lost
        }
    }

    /// Drops the lease: it was released, or is no longer valid.
    public mutating func drop() {
        epoch = nil
    }

    /// The epoch under which to remove. Nil once the server's last answer is no longer valid.
    public func epoch(at seconds: Double) -> Int? {
        seconds - askedAt < Self.reliedOnSeconds ? epoch : nil
    }

    /// Returns whether it is time to acquire or renew the lease.
    public func isDue(at seconds: Double) -> Bool {
        epoch == nil || seconds - askedAt >= Self.renewSeconds
    }
}
