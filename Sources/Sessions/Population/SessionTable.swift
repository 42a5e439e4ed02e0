import Memory

/// All registered sessions, in the order of their refs.
///
/// Refs are hashes, so their first bits spread them evenly over shelves; each shelf is a short sorted array. A ref or a
/// prefix of one is found at the place that its value gives, and a listing walks on from any ref. No step costs more
/// than one shelf, since nothing is ever rehashed as a whole.
struct SessionTable: Sendable {
    /// The number of bits that suits up to some millions of sessions.
    static let standardShelfBits = 16
    /// The number of shelves in one step of a walk, which bounds how long a scrape can wait.
    static let stepShelves = 512

    /// The number of leading bits of a ref that name its shelf.
    let shelfBits: Int
    var shelfCount: Int { 1 << shelfBits }

    struct Position: Sendable {
        var shelf: Int
        var index: Int
    }

    private(set) var shelves: [[SessionEntry]]
    private(set) var count = 0
    /// A time for each shelf that is no later than the first expiry among its sessions.
    private var earliestExpiry: [UInt32]
    /// The address and length of each shelf, for ``prefetch(_:)``. Asking the shelf itself would wait for memory.
    private var outlines: [(start: UInt, count: UInt32)]
    /// The ids that are not lower-case UUIDs, and the free places in that list.
    private var longIDs: [[UInt8]] = []
    private var freeLongIDs: [Int] = []

    init(shelfBits: Int = standardShelfBits) {
        self.shelfBits = shelfBits
        shelves = Array(repeating: [], count: 1 << shelfBits)
        earliestExpiry = Array(repeating: .max, count: 1 << shelfBits)
        outlines = Array(repeating: (0, 0), count: 1 << shelfBits)
    }

    func shelf(of ref: SessionRef) -> Int { Int(ref.value >> UInt64(64 - shelfBits)) }

    /// The largest number of steps from a ref's expected place to its place. Beyond it, the shelf's refs are not spread
    /// as hashes are.
    static let walkLimit = 128

    /// Returns the first place in the ref's shelf whose ref is not smaller. Hashes are spread so evenly that the ref
    /// predicts its place to within a few steps. That takes one or two memory accesses instead of the eight of a
    /// bisection.
    func lowerBound(_ ref: SessionRef) -> Position {
        let number = shelf(of: ref)
        let shelf = shelves[number]
        let guess = guess(ref, among: shelf.count)
        var index = guess
        while index > 0, shelf[index - 1].ref >= ref, guess - index < Self.walkLimit { index -= 1 }
        while index < shelf.count, shelf[index].ref < ref, index - guess < Self.walkLimit { index += 1 }
        if abs(index - guess) == Self.walkLimit { index = Self.bisect(shelf, ref) }
        return Position(shelf: number, index: index)
    }

    /// Returns the expected place of a ref in a shelf of that size.
    private func guess(_ ref: SessionRef, among count: Int) -> Int {
        min(Int(UInt64(count).multipliedFullWidth(by: ref.value << UInt64(shelfBits)).high), count)
    }

    /// Brings the places of these refs into the cache, all at the same time. Waiting for one after the other took a
    /// fifth of a full scan.
    func prefetch(_ refs: some Collection<SessionRef>) {
        for ref in refs {
            let outline = outlines[shelf(of: ref)]
            let place = guess(ref, among: Int(outline.count)) * MemoryLayout<SessionEntry>.stride
            // An array's count is stored before its elements. Prefetching is harmless wherever an address points.
            ProcessMemory.prefetch(at: outline.start &- 16)
            // The true place is a few places from the expected one.
            for around in stride(from: -128, through: 128, by: 64) {
                ProcessMemory.prefetch(at: outline.start &+ UInt(bitPattern: place + around))
            }
        }
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

    /// Returns the position of an id. Two ids may share a ref, so the id decides.
    func find(_ id: SessionID, ref: SessionRef) -> Position? {
        let place = place(of: id, ref: ref)
        return place.isTaken ? place.position : nil
    }

    /// Returns the position of the first session with that ref. Nil if there is none.
    func first(of ref: SessionRef) -> Position? {
        let position = lowerBound(ref)
        let isThere = position.index < shelves[position.shelf].count && self[position].ref == ref
        return isThere ? position : nil
    }

    /// Returns the position of the id, or the one at which to insert it.
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
        entry.form == .other
            ? SessionID(text: longIDs[Int(entry.idLow)])
            : SessionID(high: entry.idHigh, low: entry.idLow, form: entry.form)
    }

    /// Returns the first four bytes of an id that is not a lower-case UUID, as one number. Nil if it has fewer.
    func longIDHead(_ entry: SessionEntry) -> UInt32? {
        let text = longIDs[Int(entry.idLow)]
        return text.count < 4 ? nil : text[..<4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private func holds(_ entry: SessionEntry, _ id: SessionID) -> Bool {
        guard entry.form == id.form else { return false }
        if let text = id.text { return longIDs[Int(entry.idLow)] == text }
        return entry.idHigh == id.high && entry.idLow == id.low
    }

    /// Inserts a session that is not in the table yet, at its ``place(of:ref:)``.
    mutating func insert(_ entry: SessionEntry, id: SessionID, at position: Position) {
        var entry = entry
        (entry.idHigh, entry.idLow, entry.form) = (id.high, id.low, id.form)
        if let text = id.text { entry.idLow = UInt64(keep(text)) }
        // Array's own growth doubles the capacity. Growing by a few keeps the cost of a session near the entry's own 48
        // bytes.
        if shelves[position.shelf].count == shelves[position.shelf].capacity {
            shelves[position.shelf].reserveCapacity(shelves[position.shelf].count + spareRoom(position.shelf))
        }
        shelves[position.shelf].insert(entry, at: position.index)
        noteExpiry(entry.expires, shelf: position.shelf)
        outline(position.shelf)
        count += 1
    }

    /// Replaces what is known of a session; the id stays.
    mutating func replace(with entry: SessionEntry, at position: Position) {
        var new = entry
        let old = shelves[position.shelf][position.index]
        (new.idHigh, new.idLow, new.form) = (old.idHigh, old.idLow, old.form)
        shelves[position.shelf][position.index] = new
        noteExpiry(new.expires, shelf: position.shelf)
    }

    /// Makes ``due(at:shard:limit:)`` find a session of that shelf when it expires.
    mutating func noteExpiry(_ expires: UInt32, shelf: Int) {
        if expires != 0, expires < earliestExpiry[shelf] { earliestExpiry[shelf] = expires }
    }

    /// Returns sessions of a shard that have expired by then. Each is returned once, unless it is written or noted
    /// again.
    mutating func due(at seconds: UInt32, shard: UInt8, limit: Int) -> [SessionEntry] {
        var due: [SessionEntry] = []
        for shelf in shelves.indices where earliestExpiry[shelf] <= seconds {
            guard due.count < limit else { break }
            var earliest = UInt32.max
            for entry in shelves[shelf] where entry.expires != 0 {
                if entry.expires <= seconds, entry.shard == shard {
                    due.append(entry)
                } else {
                    earliest = min(earliest, entry.expires)
                }
            }
            earliestExpiry[shelf] = earliest
        }
        return due
    }

    private mutating func outline(_ shelf: Int) {
        let start = unsafe shelves[shelf].withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
        outlines[shelf] = (start, UInt32(shelves[shelf].count))
    }

    private mutating func keep(_ text: [UInt8]) -> Int {
        if let free = freeLongIDs.popLast() {
            longIDs[free] = text
            return free
        }
        longIDs.append(text)
        return longIDs.count - 1
    }

    private mutating func drop(_ entry: SessionEntry) {
        count -= 1
        guard entry.form == .other else { return }
        longIDs[Int(entry.idLow)] = []
        freeLongIDs.append(Int(entry.idLow))
    }

    /// Removes the entry at that position.
    mutating func remove(at position: Position) {
        drop(shelves[position.shelf].remove(at: position.index))
        trim(position.shelf)
        outline(position.shelf)
    }

    /// Returns the number of places that a shelf gets beyond those that it needs.
    private func spareRoom(_ shelf: Int) -> Int { max(2, shelves[shelf].count / 32) }

    /// Gives memory back once a shelf has more than twice its spare room. An array never shrinks by itself, so each
    /// shelf would keep the size of its fullest hour: for sessions that come and go, a third more memory after some
    /// days.
    private mutating func trim(_ shelf: Int) {
        let spare = spareRoom(shelf)
        guard shelves[shelf].capacity > shelves[shelf].count + 2 * spare else { return }
        var fitting: [SessionEntry] = []
        fitting.reserveCapacity(shelves[shelf].count + spare)
        fitting += shelves[shelf]
        shelves[shelf] = fitting
    }

    func isEmpty(shelf: Int) -> Bool { outlines[shelf].count == 0 }

    /// Removes all entries of one shelf that do not satisfy `keep`, and passes each to `removed`.
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
            drop(entry)
        }
        shelves[shelf] = kept
        trim(shelf)
        outline(shelf)
    }

    mutating func updateEach(_ update: (inout SessionEntry) -> Void) {
        for shelf in shelves.indices {
            for index in shelves[shelf].indices { update(&shelves[shelf][index]) }
        }
    }
}

extension SessionTable: CustomStringConvertible, CustomReflectable {
    var description: String { "SessionTable(\(count))" }
    /// Ids are credentials, so no dump shows them.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
