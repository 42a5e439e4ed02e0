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
    var malformation: Malformation?
    /// The number of the reading that saw it last.
    var seenBy: UInt16 = 0

    /// Whether what was read of it is the same: then nothing need be applied.
    func says(sameAs other: SessionEntry) -> Bool {
        expires == other.expires && created == other.created && lastSeen == other.lastSeen && owner == other.owner
            && client == other.client && malformation == other.malformation && dialect == other.dialect
    }
}

/// All registered sessions, in the order of their refs.
///
/// The refs are a hash, so they spread evenly over shelves by their first bits; each shelf is a short sorted array. A
/// ref or a prefix of one is found where its value says, a listing is a walk from any ref on, and no step costs more than one
/// shelf: nothing is ever rehashed as a whole.
struct SessionTable: Sendable {
    static let shelfBits = 13
    static let shelfCount = 1 << shelfBits

    struct Position: Sendable {
        var shelf: Int
        var index: Int
    }

    private(set) var shelves: [[SessionEntry]] = Array(repeating: [], count: shelfCount)
    private(set) var count = 0
    /// Ids that are no lower-case UUIDs, and the places free in the list.
    private var longIDs: [[UInt8]] = []
    private var freeLongIDs: [Int] = []

    static func shelf(of ref: SessionRef) -> Int { Int(ref.value >> UInt64(64 - shelfBits)) }

    /// Steps from where a ref should stand to where it does; beyond it the shelf's refs are not spread as hashes are.
    static let walkLimit = 128

    /// The first place in the ref's shelf whose ref is not smaller. Hashes are spread so evenly that the place can be
    /// told from the ref but for a few steps: one or two reaches into memory instead of a bisection's eight.
    func lowerBound(_ ref: SessionRef) -> Position {
        let number = Self.shelf(of: ref)
        let shelf = shelves[number]
        let share = UInt64(shelf.count).multipliedFullWidth(by: ref.value << UInt64(Self.shelfBits)).high
        let guess = min(Int(share), shelf.count)
        var index = guess
        while index > 0, shelf[index - 1].ref >= ref, guess - index < Self.walkLimit { index -= 1 }
        while index < shelf.count, shelf[index].ref < ref, index - guess < Self.walkLimit { index += 1 }
        if abs(index - guess) == Self.walkLimit { index = Self.bisect(shelf, ref) }
        return Position(shelf: number, index: index)
    }

    private static func bisect(_ shelf: [SessionEntry], _ ref: SessionRef) -> Int {
        var low = 0
        var high = shelf.count
        while low < high {
            let middle = (low + high) / 2
            if shelf[middle].ref < ref { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Where the id stands; two ids may share a ref, so the id decides.
    func find(_ id: SessionID, ref: SessionRef) -> Position? {
        let place = place(of: id, ref: ref)
        return place.isTaken ? place.position : nil
    }

    /// Where the id stands, or is to be put in.
    func place(of id: SessionID, ref: SessionRef) -> (position: Position, isTaken: Bool) {
        var position = lowerBound(ref)
        while position.index < shelves[position.shelf].count, self[position].ref == ref {
            if holds(self[position], id) { return (position, true) }
            position.index += 1
        }
        return (position, false)
    }

    subscript(position: Position) -> SessionEntry {
        get { shelves[position.shelf][position.index] }
        _modify { yield &shelves[position.shelf][position.index] }
    }

    func id(of entry: SessionEntry) -> SessionID {
        switch entry.form {
        case .dashedUUID: SessionID(storage: .uuid(high: entry.idHigh, low: entry.idLow, dashed: true))
        case .plainUUID: SessionID(storage: .uuid(high: entry.idHigh, low: entry.idLow, dashed: false))
        case .other: SessionID(storage: .other(longIDs[Int(entry.idLow)]))
        }
    }

    private func holds(_ entry: SessionEntry, _ id: SessionID) -> Bool {
        switch id.storage {
        case .uuid(let high, let low, let dashed):
            entry.idHigh == high && entry.idLow == low && entry.form == (dashed ? .dashedUUID : .plainUUID)
        case .other(let bytes): entry.form == .other && longIDs[Int(entry.idLow)] == bytes
        }
    }

    /// Puts in a session that is not there yet, at its ``place(of:ref:)``.
    mutating func insert(_ entry: SessionEntry, id: SessionID, at position: Position) {
        var entry = entry
        switch id.storage {
        case .uuid(let high, let low, let dashed):
            (entry.idHigh, entry.idLow, entry.form) = (high, low, dashed ? .dashedUUID : .plainUUID)
        case .other(let bytes):
            (entry.idHigh, entry.form) = (0, .other)
            if let free = freeLongIDs.popLast() {
                longIDs[free] = bytes
                entry.idLow = UInt64(free)
            } else {
                entry.idLow = UInt64(longIDs.count)
                longIDs.append(bytes)
            }
        }
        let held = shelves[position.shelf].count
        // Array's own growth doubles; an eighth keeps the cost of a session near the entry's own 48 bytes.
        if held == shelves[position.shelf].capacity {
            shelves[position.shelf].reserveCapacity(held + max(8, held / 8))
        }
        shelves[position.shelf].insert(entry, at: position.index)
        count += 1
    }

    /// Takes out all entries of one shelf that do not satisfy `keep`, and hands each to `removed`.
    mutating func sweep(shelf: Int, keep: (SessionEntry) -> Bool, removed: (SessionEntry) -> Void) {
        guard shelves[shelf].contains(where: { !keep($0) }) else { return }
        var kept: [SessionEntry] = []
        kept.reserveCapacity(shelves[shelf].count)
        for entry in shelves[shelf] {
            if keep(entry) {
                kept.append(entry)
                continue
            }
            removed(entry)
            if entry.form == .other {
                longIDs[Int(entry.idLow)] = []
                freeLongIDs.append(Int(entry.idLow))
            }
            count -= 1
        }
        shelves[shelf] = kept
    }

    mutating func updateEach(_ update: (inout SessionEntry) -> Void) {
        for shelf in shelves.indices {
            for index in shelves[shelf].indices { update(&shelves[shelf][index]) }
        }
    }
}

extension SessionTable: CustomStringConvertible, CustomReflectable {
    var description: String { "SessionTable(\(count))" }
    /// Ids are credentials: no dump shows them.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension SessionEntry: CustomStringConvertible, CustomReflectable {
    var description: String { ref.description }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
