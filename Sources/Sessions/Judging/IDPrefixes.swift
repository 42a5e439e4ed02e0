/// Prefixes of session ids, as logs truncate them, to be found among the registered sessions. One pass finds all of
/// them, a bounded step at a time (``Registry/resolve(_:)``).
public struct IDPrefixes: Sendable {
    /// The largest number of prefixes in one pass.
    public static let limit = 4096
    /// The bytes of the shortest prefix that is searched for. A shorter one fits many sessions and counts as ambiguous.
    public static let bytesLeast = 4

    public enum Match: Sendable, Equatable {
        /// No session has this prefix.
        case none
        case unique(SessionID, SessionRef)
        /// More than one session has it.
        case ambiguous
    }

    /// The match of each prefix, in the order of the prefixes. They are final when the pass is over.
    public private(set) var matches: [Match]
    public fileprivate(set) var isDone = false

    private let prefixes: [[UInt8]]
    /// The positions of the prefixes by their first four bytes.
    private var groups: [UInt32: [Int]] = [:]
    /// One bit for each group's hash. Testing it rules out most ids.
    private var filter = [UInt64](repeating: 0, count: 1024)
    fileprivate var nextShelf = 0

    /// Takes prefixes as the lines have them, dashes included. Upper and lower case differ.
    public init(_ prefixes: [[UInt8]]) {
        precondition(prefixes.count <= Self.limit, "more prefixes than one pass takes")
        self.prefixes = prefixes
        matches = prefixes.map { $0.count < Self.bytesLeast ? .ambiguous : .none }
        for (position, prefix) in prefixes.enumerated() where prefix.count >= Self.bytesLeast {
            let head = prefix.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
            groups[head, default: []].append(position)
            let bit = Self.bit(head)
            filter[bit >> 6] |= 1 << UInt64(bit & 63)
        }
        isDone = groups.isEmpty
    }

    private static func bit(_ head: UInt32) -> Int { Int((head &* 0x9E37_79B1) >> 16) }

    fileprivate mutating func match(_ entry: SessionEntry, in table: SessionTable) {
        guard let head = table.head(of: entry) else { return }
        let bit = Self.bit(head)
        guard filter[bit >> 6] >> UInt64(bit & 63) & 1 == 1, let group = groups[head] else { return }
        let id = table.id(of: entry)
        let bytes = id.bytes
        for position in group where bytes.starts(with: prefixes[position]) {
            switch matches[position] {
            case .none: matches[position] = .unique(id, entry.ref)
            // A session that moved between two steps is the same one.
            case .unique(let other, _): if other != id { matches[position] = .ambiguous }
            case .ambiguous: break
            }
        }
    }
}

extension IDPrefixes: CustomStringConvertible, CustomReflectable {
    /// Part of a credential is never shown.
    public var description: String { "IDPrefixes(\(matches.count))" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension Registry {
    /// Searches some shelves for the prefixes. Returns true once all shelves were searched. A session that appears
    /// meanwhile may be missed.
    public func resolve(_ prefixes: inout IDPrefixes) -> Bool {
        guard !prefixes.isDone else { return true }
        let table = population.table
        let end = min(prefixes.nextShelf + SessionTable.stepShelves, table.shelfCount)
        for shelf in prefixes.nextShelf..<end where !table.isEmpty(shelf: shelf) {
            for entry in table.shelves[shelf] { prefixes.match(entry, in: table) }
        }
        prefixes.nextShelf = end
        prefixes.isDone = end == table.shelfCount
        return prefixes.isDone
    }
}

extension SessionTable {
    /// Returns the first four bytes of an entry's id as one number. Nil if it has fewer.
    fileprivate func head(of entry: SessionEntry) -> UInt32? {
        if entry.form == .other { return longIDHead(entry) }
        // These are four hex digits, each turned into a byte.
        let digits = UInt32(truncatingIfNeeded: entry.idHigh >> 48)
        var head: UInt32 = 0
        for place in stride(from: 12, through: 0, by: -4) {
            let digit = digits >> UInt32(place) & 0xF
            head = head << 8 | (digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
        return head
    }
}
