/// The right to clean, as this process knows it: at most one of all instances holds it. The server decides; here is only
/// until when to rely on its last word, on the clock that never jumps.
///
/// Each taking has an epoch of its own, one above the last. Every removal names it, and the server refuses one that is
/// not its own present epoch, so that a holder that slept through its lease removes nothing.
public struct CleanupLease: Sendable, Equatable {
    /// How long the server keeps a lease that is not renewed, by its own clock.
    public static let seconds = 15.0
    /// From one renewal to the next.
    public static let renewSeconds = 5.0
    /// Relied on for no longer than this after the question that was answered: well before the server's end of it.
    static let reliedOnSeconds = 10.0

    /// Names this process among all instances, and this life of it.
    public let holder: String
    /// The epoch of the last taking or renewal; nil where the lease is not ours.
    public private(set) var epoch: Int?
    private var askedAt = -Double.infinity

    public init(holder: String) {
        self.holder = holder
    }

    /// The server's answer to taking or renewing.
    public enum Answer: Sendable, Equatable {
        case held(epoch: Int)
        /// Somebody else holds it, for so long at most.
        case heldBy(String, epoch: Int, secondsLeft: Double)
    }

    /// What became of the lease by an answer.
    public enum Transition: String, Sendable, CaseIterable {
        case acquired, lost, released
    }

    /// Takes the server's answer to a question that was asked at `seconds` on the clock that never jumps.
    public mutating func take(_ answer: Answer, askedAt seconds: Double) -> Transition? {
        switch answer {
        case .held(let now):
            // Of another epoch, it was lost in between, and nobody said so. So it may have been where it was not relied on any
            // more, though the epoch be the same: they begin anew after a flush.
            let isSame = epoch(at: seconds) == now
            (epoch, askedAt) = (now, seconds)
            return isSame ? nil : .acquired
        case .heldBy:
            defer { epoch = nil }
            return epoch == nil ? nil : .lost
        }
    }

    /// Given up, or not to be relied on any more.
    public mutating func drop() {
        epoch = nil
    }

    /// The epoch to remove under, while the server's last word may be relied on.
    public func epoch(at seconds: Double) -> Int? {
        seconds - askedAt < Self.reliedOnSeconds ? epoch : nil
    }

    /// Whether it is time to take or renew it.
    public func isDue(at seconds: Double) -> Bool {
        epoch == nil || seconds - askedAt >= Self.renewSeconds
    }
}
