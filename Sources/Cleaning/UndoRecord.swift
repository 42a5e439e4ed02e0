import Sessions

/// What is needed to restore a removed session. In Redis it is a sequence of netstrings (`LENGTH:BYTES,`), in the order
/// of the members here.
struct UndoRecord: Sendable, Equatable {
    var key: String
    /// The time, by Redis' clock, at which the key would have expired. Nil if never.
    var deadline: UnixTime?
    var owner: SessionOwner
    var reason: OrphanReason
    /// The value, as `DUMP` gives it.
    var dump: [UInt8]
}

extension UndoRecord {
    var bytes: [UInt8] {
        let texts = [key, CleanupStore.word(deadline)] + Self.words(owner, reason)
        return (texts.map { Array($0.utf8) } + [dump]).flatMap { Array("\($0.count):".utf8) + $0 + [UInt8(ascii: ",")] }
    }

    /// Nil if these bytes are not a record.
    init?(_ bytes: [UInt8]) {
        guard let fields = Self.netstrings(bytes), fields.count == 6 else { return nil }
        let texts = fields.prefix(5).map { String(decoding: $0, as: UTF8.self) }
        guard let reason = OrphanReason(rawValue: texts[4]) else { return nil }
        if texts[1] != CleanupStore.word(nil) {
            guard let milliseconds = Int64(texts[1]) else { return nil }
            deadline = UnixTime(milliseconds: milliseconds)
        }
        key = texts[0]
        owner = SessionOwner(node: texts[2], boot: texts[3].isEmpty ? nil : Boot(texts[3]))
        self.reason = reason
        dump = Array(fields[5])
    }

    /// The fields that all sessions of a batch share.
    static func words(_ owner: SessionOwner, _ reason: OrphanReason) -> [String] {
        [owner.node, owner.boot?.text ?? "", reason.rawValue]
    }

    private static func netstrings(_ bytes: [UInt8]) -> [ArraySlice<UInt8>]? {
        var fields: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
            guard let length = Int(String(decoding: rest[..<colon], as: UTF8.self)), length >= 0,
                let end = rest.index(colon + 1, offsetBy: length, limitedBy: rest.endIndex), end < rest.endIndex,
                rest[end] == UInt8(ascii: ",")
            else { return nil }
            fields.append(rest[(colon + 1)..<end])
            rest = rest[(end + 1)...]
        }
        return rest.isEmpty ? fields : nil
    }
}
