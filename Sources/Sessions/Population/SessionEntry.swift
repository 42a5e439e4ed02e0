/// One registered session in 48 bytes. Times are whole seconds since the epoch, 0 if unknown.
struct SessionEntry: Sendable {
    var ref: SessionRef
    /// The two halves of a UUID. For any other id `idLow` is its place in the table's list of long ids.
    var idHigh: UInt64 = 0
    var idLow: UInt64 = 0
    /// 0 if it has no expiry.
    var expires: UInt32 = 0
    var created: UInt32 = 0
    var lastSeen: UInt32 = 0
    var owner: UInt32 = 0
    var client: UInt16 = 0
    var form = SessionID.Form.other
    var dialect: UInt8 = 0
    private var condition = Condition.readable
    /// The server that it was read from.
    var shard: UInt8 = 0
    /// The number of the full scan that saw it last.
    var seenBy: UInt16 = 0

    /// One byte for two facts of which at most one holds: a session that cannot be read has no owner that could deny
    /// it.
    private enum Condition: Equatable {
        case readable, denied
        case malformed(Malformation)
    }

    init(ref: SessionRef) {
        self.ref = ref
    }

    var malformation: Malformation? {
        get { if case .malformed(let malformation) = condition { malformation } else { nil } }
        set { condition = newValue.map { .malformed($0) } ?? .readable }
    }

    /// True if the owner denied, after this value was written, to have the session. It cannot be set for malformed
    /// sessions.
    var isDenied: Bool {
        get { condition == .denied }
        set { if malformation == nil { condition = newValue ? .denied : .readable } }
    }

    /// The largest error of a computed expiry time. It is a TTL added to a clock, so two such sums may differ by this
    /// much.
    static let clockErrorSeconds: UInt32 = 5

    func isExpired(at now: UnixTime) -> Bool {
        expires != 0 && Int64(expires) * 1000 <= now.milliseconds + 1000
    }

    /// Returns a stored time. Nil if it is unknown.
    static func time(_ seconds: UInt32) -> UnixTime? {
        seconds == 0 ? nil : UnixTime(milliseconds: Int64(seconds) * 1000)
    }

    /// Returns whether nothing differs beyond the possible error of the clock.
    func differsByClockAlone(from other: SessionEntry) -> Bool {
        guard expires != 0, other.expires != 0 else { return false }
        var same = other
        same.expires = expires
        return max(expires, other.expires) - min(expires, other.expires) <= Self.clockErrorSeconds
            && says(sameAs: same)
    }

    /// Returns whether only the TTL was shortened.
    func isShortened(from old: SessionEntry) -> Bool {
        hasValue(of: old) && expires != 0 && (old.expires == 0 || expires + 1 < old.expires)
    }

    /// Returns whether nothing differs but a deadline, by no more than its rounding.
    func isRounded(from old: SessionEntry) -> Bool {
        hasValue(of: old) && expires != 0 && old.expires != 0
            && max(expires, old.expires) - min(expires, old.expires) <= 1
    }

    /// Returns whether it was rewritten, or expires at another time, by more than deadlines are rounded.
    func isTouched(since old: SessionEntry) -> Bool {
        guard hasValue(of: old), (expires == 0) == (old.expires == 0) else { return true }
        return max(expires, old.expires) - min(expires, old.expires) > 1
    }

    /// Returns whether what was read of it is the same, so that nothing need be applied.
    func says(sameAs other: SessionEntry) -> Bool {
        expires == other.expires && hasValue(of: other)
    }

    /// Returns whether all that is known of its value is the same. Another TTL is no other value.
    func hasValue(of other: SessionEntry) -> Bool {
        created == other.created && lastSeen == other.lastSeen && owner == other.owner && client == other.client
            && malformation == other.malformation && dialect == other.dialect
    }
}

extension SessionEntry: CustomStringConvertible, CustomReflectable {
    var description: String { ref.description }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
