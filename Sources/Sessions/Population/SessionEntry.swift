/// One registered session in 48 bytes. Times are whole seconds since the epoch, 0 where not known.
struct SessionEntry: Sendable {
    var ref: SessionRef
    /// A UUID's two halves; for any other id `idLow` is its place in the table's list of long ids.
    var idHigh: UInt64 = 0
    var idLow: UInt64 = 0
    /// 0: never.
    var expires: UInt32 = 0
    var created: UInt32 = 0
    var lastSeen: UInt32 = 0
    var owner: UInt32 = 0
    var client: UInt16 = 0
    var form = SessionID.Form.other
    var dialect: UInt8 = 0
    private var condition = Condition.readable
    /// The server it was read from.
    var shard: UInt8 = 0
    /// The number of the reading that saw it last.
    var seenBy: UInt16 = 0

    /// One byte for two things of which at most one holds: a session that cannot be read has no owner to deny it.
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

    /// The owner said, since this value was written, that it does not have the session. Nothing for malformed ones.
    var isDenied: Bool {
        get { condition == .denied }
        set { if malformation == nil { condition = newValue ? .denied : .readable } }
    }

    /// When a key expires is what is left to live, added to a clock: how far two such sums may be apart.
    static let clockErrorSeconds: UInt32 = 5

    func isExpired(at now: UnixTime) -> Bool {
        expires != 0 && Int64(expires) * 1000 <= now.milliseconds + 1000
    }

    /// A time as it is kept; nil where it is not known.
    static func time(_ seconds: UInt32) -> UnixTime? {
        seconds == 0 ? nil : UnixTime(milliseconds: Int64(seconds) * 1000)
    }

    /// Whether nothing differs but what the clock's error may be.
    func differsByClockAlone(from other: SessionEntry) -> Bool {
        guard expires != 0, other.expires != 0 else { return false }
        var same = other
        same.expires = expires
        return max(expires, other.expires) - min(expires, other.expires) <= Self.clockErrorSeconds
            && says(sameAs: same)
    }

    /// Whether nothing changed but that it has less to live.
    func isShortened(from old: SessionEntry) -> Bool {
        hasValue(of: old) && expires != 0 && (old.expires == 0 || expires + 1 < old.expires)
    }

    /// Whether nothing differs but a deadline, and that by no more than how it is rounded.
    func isRounded(from old: SessionEntry) -> Bool {
        hasValue(of: old) && expires != 0 && old.expires != 0
            && max(expires, old.expires) - min(expires, old.expires) <= 1
    }

    /// Whether it was written anew, or ends at another time, by more than how deadlines are rounded.
    func isTouched(since old: SessionEntry) -> Bool {
        guard hasValue(of: old), (expires == 0) == (old.expires == 0) else { return true }
        return max(expires, old.expires) - min(expires, old.expires) > 1
    }

    /// Whether what was read of it is the same: then nothing need be applied.
    func says(sameAs other: SessionEntry) -> Bool {
        expires == other.expires && hasValue(of: other)
    }

    /// Whether all that is known of its value is the same. That it is kept for longer is no other value.
    func hasValue(of other: SessionEntry) -> Bool {
        created == other.created && lastSeen == other.lastSeen && owner == other.owner && client == other.client
            && malformation == other.malformation && dialect == other.dialect
    }
}

extension SessionEntry: CustomStringConvertible, CustomReflectable {
    var description: String { ref.description }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
