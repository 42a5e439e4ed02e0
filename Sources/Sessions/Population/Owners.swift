/// The owners that sessions name, with what is counted of their sessions, and of the sessions that name none.
///
/// A session holds its owner's number, so numbers change only by ``renumber(keepingNodes:)``.
struct Owners: Sendable {
    /// What tells owners apart.
    struct Key: Hashable {
        var name: OwnerName
        var isAdoptable: Bool
        /// As ``Owner/learntLife``.
        var learntLife: Int?
    }

    /// By number. The first is nobody: unowned and malformed sessions belong to it.
    private(set) var all = [Owner(node: -1, boot: nil, isAdoptable: false, metAfterCheck: 0)]
    private var numbers: [Key: UInt32] = [:]
    /// Counts up when owners get other numbers, which makes ``RecordNames/known`` void.
    private(set) var numbering = 0
    /// Sessions that cannot be read, by why.
    private(set) var malformed: [Malformation: Int] = [:]
    /// Sessions that never expire.
    private(set) var withoutExpiry = 0

    subscript(_ number: UInt32) -> Owner {
        _read { yield all[Int(number)] }
    }

    /// The numbers of all but nobody.
    var indices: Range<UInt32> { 1..<UInt32(all.count) }

    /// Those that have sessions.
    var inUse: some Sequence<Owner> { all.dropFirst().lazy.filter { $0.sessions > 0 } }

    /// Sessions that name no owner, and can be read.
    var unowned: Int { all[0].sessions }

    var malformedInAll: Int { malformed.values.reduce(0, +) }

    func number(of key: Key) -> UInt32? { numbers[key] }

    mutating func add(_ owner: Owner, _ key: Key) -> UInt32 {
        let number = UInt32(all.count)
        all.append(owner)
        numbers[key] = number
        return number
    }

    /// Notes whether an owner's heartbeat is silent.
    mutating func setQuiet(_ isQuiet: Bool, _ number: UInt32) { all[Int(number)].isQuiet = isQuiet }
}

// MARK: - Counting

extension Owners {
    /// Counts a session in (1) or out (-1).
    mutating func count(_ entry: SessionEntry, by one: Int, at now: UnixTime) {
        if entry.expires == 0 { withoutExpiry += one }
        if let malformation = entry.malformation {
            malformed[malformation, default: 0] += one
            return
        }
        let owner = Int(entry.owner)
        all[owner].sessions += one
        let seconds = UInt32(clamping: now.milliseconds / 1000)
        all[owner].lastSign = max(all[owner].lastSign, min(max(entry.created, entry.lastSeen), seconds))
        let isBeforeCutoff = all[owner].cutoff.map { entry.created != 0 && entry.created < $0 } ?? false
        if isBeforeCutoff { all[owner].sessionsBeforeCutoff += one }
        guard entry.isDenied else { return }
        all[owner].denied += one
        if isBeforeCutoff { all[owner].deniedBeforeCutoff += one }
        if all[owner].denied == 0 { all[owner].deniedSince = nil }
        if all[owner].denied > 0 { all[owner].deniedSince = all[owner].deniedSince ?? now }
    }

    /// Gives an owner another cutoff: which of its sessions are older is to be counted anew
    /// (``countIfBeforeCutoff(_:)``).
    mutating func setCutoff(_ cutoff: UInt32, _ number: UInt32) {
        let owner = Int(number)
        all[owner].cutoff = cutoff
        (all[owner].sessionsBeforeCutoff, all[owner].deniedBeforeCutoff) = (0, 0)
        noteBack(number)
    }

    mutating func countIfBeforeCutoff(_ entry: SessionEntry) {
        let owner = Int(entry.owner)
        guard let cutoff = all[owner].cutoff, entry.created < cutoff else { return }
        all[owner].sessionsBeforeCutoff += 1
        if entry.isDenied { all[owner].deniedBeforeCutoff += 1 }
    }

    /// Counts a session that leaves an owner that is gone, by its end or for another owner.
    mutating func noteLeft(_ number: UInt32, isLetGo: Bool) {
        all[Int(number)].leftAsOrphans += 1
        if isLetGo { all[Int(number)].letGoAsOrphans += 1 }
    }

    /// A session that was counted as let go of was cleaned.
    mutating func noteNotLetGo(_ number: UInt32) {
        all[Int(number)].letGoAsOrphans = max(all[Int(number)].letGoAsOrphans - 1, 0)
    }

    /// An owner is back: it left nothing behind.
    mutating func noteBack(_ number: UInt32) {
        (all[Int(number)].leftAsOrphans, all[Int(number)].letGoAsOrphans) = (0, 0)
    }
}

// MARK: - Other numbers

extension Owners {
    /// Forgets owners without sessions. `kept` holds the former numbers of the nodes that stay, in their new order. Gives
    /// the new number of each owner by its former one: 0 where it is forgotten.
    mutating func renumber(keepingNodes kept: [Int]) -> [UInt32] {
        let newNodes = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
        var new: [UInt32] = Array(repeating: 0, count: all.count)
        var keptOwners = [all[0]]
        var keptNumbers: [Key: UInt32] = [:]
        for (key, old) in numbers {
            var owner = self[old]
            guard owner.sessions > 0, let node = newNodes[owner.node] else { continue }
            owner.node = node
            new[Int(old)] = UInt32(keptOwners.count)
            keptNumbers[key] = UInt32(keptOwners.count)
            keptOwners.append(owner)
        }
        numbering += 1
        (all, numbers) = (keptOwners, keptNumbers)
        return new
    }
}
