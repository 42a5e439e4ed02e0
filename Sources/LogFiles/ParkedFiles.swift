/// The files that are known but not open: read to their end and closed, or not found since the last run.
struct ParkedFiles {
    struct Entry: Equatable {
        var position: Position
        /// The facts when its content was last compared; nil if that was before this run.
        var facts: FileFacts?
        /// The number of the last match that found one of its names.
        fileprivate var lastSeen = 0
    }

    private var entries: [FileFacts.Identity: Entry] = [:]
    private var match = 0

    var count: Int { entries.count }

    /// The number of entries found in this match. They have a name, so they must not be forgotten, or they would be read
    /// again.
    var seenCount: Int { entries.values.count { $0.lastSeen == match } }

    var positions: [Position] { entries.values.map(\.position) }

    subscript(identity: FileFacts.Identity) -> Entry? { entries[identity] }

    mutating func beginMatch() { match += 1 }

    mutating func add(_ position: Position, facts: FileFacts?) {
        entries[position.identity] = Entry(position: position, facts: facts, lastSeen: match)
    }

    /// Records that a file still has a name. Returns true if it is unchanged since it was parked.
    mutating func noteSeen(_ facts: FileFacts) -> Bool {
        guard entries[facts.identity] != nil else { return false }
        entries[facts.identity]?.lastSeen = match
        guard let known = entries[facts.identity]?.facts else { return false }
        return known.size == facts.size && known.modified == facts.modified
    }

    /// Treats files as known ones if path and inode match but the device differs, since a disk may get another number
    /// when it is mounted again. Their content then proves whether they are.
    mutating func follow(remounted files: [NamedFiles.File]) {
        var kept: [String: Entry] = [:]
        for entry in entries.values { kept[entry.position.path] = entry }
        for file in files where entries[file.facts.identity] == nil {
            guard var entry = kept[file.path], entry.position.identity.inode == file.facts.identity.inode else {
                continue
            }
            entries[entry.position.identity] = nil
            entry.position.identity = file.facts.identity
            entries[file.facts.identity] = entry
        }
    }

    mutating func remove(_ identity: FileFacts.Identity) { entries[identity] = nil }

    /// Forgets the entries that were found longest ago, so that at most `limit` are left.
    mutating func forget(over limit: Int) {
        guard entries.count > limit else { return }
        let oldest = entries.values.sorted { $0.lastSeen < $1.lastSeen }.prefix(entries.count - limit)
        for entry in oldest { entries[entry.position.identity] = nil }
    }
}
