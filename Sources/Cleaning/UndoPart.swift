import Redis
import Sessions

/// A part of the store of removed sessions: sessions of one run. `name` is `RUN:NUMBER`.
public struct UndoPart: Sendable, Equatable {
    /// Redis needs about that much for a session besides its ref and its record.
    static let overheadBytes = 100
    /// The number of parts that are kept besides the present one.
    static let limit = 1_000

    var name: String
    public var sessions: Int
    public var bytes: Int
    /// The time, by Redis' clock, at which it expires.
    public var ends: UnixTime

    public var run: String { String(name.prefix { $0 != ":" }) }
    var key: String { Self.key(name) }

    public func isKept(at now: UnixTime) -> Bool { ends > now }

    static func key(_ name: String) -> String { CleanupKeys.undo + ":" + name }

    /// Reads an entry of the index; nil if it is not one.
    init?(_ name: [UInt8], _ value: [UInt8]) {
        let numbers = String(decoding: value, as: UTF8.self).split(separator: " ").map { Int64($0) }
        guard numbers.count == 3, let sessions = numbers[0], let bytes = numbers[1], let ends = numbers[2] else {
            return nil
        }
        self.name = String(decoding: name, as: UTF8.self)
        (self.sessions, self.bytes, self.ends) = (Int(sessions), Int(bytes), UnixTime(milliseconds: ends))
    }
}

/// The part to which the next removed sessions are added. A new one begins before the old one is a large share of the
/// store, since the store drops whole parts.
struct OpenUndoPart: Sendable {
    /// The share of the store that a part may take.
    private static let share = 16

    private var run = ""
    private var number = 0
    private var bytes = 0

    var name: String { "\(run):\(number)" }

    /// Turns to the part for these sessions, of about that size.
    mutating func take(_ run: String, bytes added: Int, of maxBytes: Int) {
        if run != self.run {
            (self.run, number, bytes) = (run, 0, 0)
        } else if bytes > 0, bytes + added > maxBytes / Self.share {
            (number, bytes) = (number + 1, 0)
        }
        bytes += added
    }
}
