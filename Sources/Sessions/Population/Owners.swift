/// The owners that sessions name, with the counts of their sessions and of the sessions that name none.
///
/// A session holds its owner's number, so numbers change only in ``renumber(keepingNodes:)``.
struct Owners: Sendable {
    /// The properties that distinguish owners.
    struct Key: Hashable {
        var name: OwnerName
        var isAdoptable: Bool
        /// The same as ``Owner/learntAfterRestarts``.
        var learntAfterRestarts: Int?
    }

    /// The owners by number. Owner 0 is a placeholder: unowned and malformed sessions belong to it.
    private(set) var all = [Owner(node: -1, boot: nil, isAdoptable: false, metAfterCheck: 0)]
    private var numbers: [Key: UInt32] = [:]
    /// A count that rises when owners are renumbered, which makes ``RecordNames/known`` invalid.
    private(set) var numbering = 0
    /// The number of sessions that cannot be read, by reason.
    private(set) var malformed: [Malformation: Int] = [:]
    /// The number of sessions without expiry.
    private(set) var withoutExpiry = 0

    subscript(_ number: UInt32) -> Owner {
        _read { yield all[Int(number)] }
    }

    /// The numbers of all owners but the placeholder.
    var indices: Range<UInt32> { 1..<UInt32(all.count) }

    /// The owners that have sessions.
    var inUse: some Sequence<Owner> { all.dropFirst().lazy.filter { $0.sessions > 0 } }

    /// The number of readable sessions that name no owner.
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
    /// Adds a session to the counts (1) or takes it out (-1).
    mutating func count(_ entry: SessionEntry, by one: Int, at now: UnixTime) {
        if entry.expires == 0 { withoutExpiry += one }
        if let malformation = entry.malformation {
            malformed[malformation, default: 0] += one
            return
        }
        let owner = Int(entry.owner)
        all[owner].sessions += one
        let seconds = UInt32(clamping: now.milliseconds / 1000)
        all[owner].lastWork = max(all[owner].lastWork, min(max(entry.created, entry.lastSeen), seconds))
        let isBeforeCutoff = all[owner].cutoff.map { entry.created != 0 && entry.created < $0 } ?? false
        if isBeforeCutoff { all[owner].sessionsBeforeCutoff += one }
        guard entry.isDenied else { return }
        all[owner].denied += one
        if isBeforeCutoff { all[owner].deniedBeforeCutoff += one }
        if all[owner].denied == 0 { all[owner].deniedSince = nil }
        if all[owner].denied > 0 { all[owner].deniedSince = all[owner].deniedSince ?? now }
    }

    /// Gives an owner another cutoff. Its older sessions must then be counted again (``countIfBeforeCutoff(_:)``).
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
    mutating func noteLeft(_ number: UInt32, isReleased: Bool) {
        all[Int(number)].leftAsOrphans += 1
        if isReleased { all[Int(number)].releasedAsOrphans += 1 }
    }

    /// Notes that cleanup removed a session that had been counted as released.
    mutating func noteNotReleased(_ number: UInt32) {
        all[Int(number)].releasedAsOrphans = max(all[Int(number)].releasedAsOrphans - 1, 0)
    }

    /// Notes that an owner is back, so it left nothing behind.
    mutating func noteBack(_ number: UInt32) {
        (all[Int(number)].leftAsOrphans, all[Int(number)].releasedAsOrphans) = (0, 0)
    }
}

// MARK: - Renumbering

extension Owners {
    /// Forgets owners without sessions. `kept` holds the former numbers of the nodes that stay, in their new order.
    /// Returns the new number of each owner by its former one, or 0 if it was forgotten.
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
