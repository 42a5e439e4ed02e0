/// The files that are known but not open: read to their end and closed, or not found since the last run.
struct ParkedFiles {
    struct Entry: Equatable {
        var position: Position
        /// The facts when its content was last compared; nil if that was before this run.
        var facts: FileFacts?
        /// The number of the last look that found one of its names.
        fileprivate var lastSeen = 0
    }

    private var entries: [FileFacts.Identity: Entry] = [:]
    private var look = 0

    var count: Int { entries.count }

    /// How many were found in this look. They have a name, so they must not be forgotten, or they would be read anew.
    var seenCount: Int { entries.values.count { $0.lastSeen == look } }

    var positions: [Position] { entries.values.map(\.position) }

    subscript(identity: FileFacts.Identity) -> Entry? { entries[identity] }

    mutating func beginCheck() { look += 1 }

    mutating func add(_ position: Position, facts: FileFacts?) {
        entries[position.identity] = Entry(position: position, facts: facts, lastSeen: look)
    }

    /// Notes that a file still has a name. Returns whether it is unchanged since it was parked.
    mutating func noteSeen(_ facts: FileFacts) -> Bool {
        guard entries[facts.identity] != nil else { return false }
        entries[facts.identity]?.lastSeen = look
        guard let known = entries[facts.identity]?.facts else { return false }
        return known.size == facts.size && known.modified == facts.modified
    }

    /// Takes files for known ones with the same path and inode but another device, since a disk gets a new number when
    /// it is mounted anew. Their content then shows whether they are.
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

    /// Forgets those that were found longest ago, so that at most `limit` are left.
    mutating func forget(over limit: Int) {
        guard entries.count > limit else { return }
        let oldest = entries.values.sorted { $0.lastSeen < $1.lastSeen }.prefix(entries.count - limit)
        for entry in oldest { entries[entry.position.identity] = nil }
    }
}
