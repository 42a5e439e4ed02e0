/// Files that are known but not open: read to their end and closed, or not met again since the last run.
struct ParkedFiles {
    struct Entry: Equatable {
        var position: Position
        /// What it looked like when its content was compared last; nil if that was before this run.
        var facts: FileFacts?
        /// Grows with each look: when one of its names was met last.
        fileprivate var lastMet = 0
    }

    private var entries: [FileIdentity: Entry] = [:]
    private var look = 0

    var count: Int { entries.count }

    /// Those that were met in this look. They have a name, so they must not be forgotten, or they would be read anew.
    var metCount: Int { entries.values.count { $0.lastMet == look } }

    var positions: [Position] { entries.values.map(\.position) }

    subscript(identity: FileIdentity) -> Entry? { entries[identity] }

    mutating func beginLook() { look += 1 }

    mutating func add(_ position: Position, facts: FileFacts?) {
        entries[position.identity] = Entry(position: position, facts: facts, lastMet: look)
    }

    /// Notes that a file still has a name; true if nothing about it changed since it was parked.
    mutating func meet(_ facts: FileFacts) -> Bool {
        guard entries[facts.identity] != nil else { return false }
        entries[facts.identity]?.lastMet = look
        guard let known = entries[facts.identity]?.facts else { return false }
        return known.size == facts.size && known.modified == facts.modified
    }

    /// Takes the files for those that had the same path and inode on a disk that has another number since it was mounted
    /// anew. Whether they are shows by their content.
    mutating func follow(remounted files: [NamedFile]) {
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

    mutating func remove(_ identity: FileIdentity) { entries[identity] = nil }

    /// Forgets those that were met longest ago, so that no more than `limit` are left.
    mutating func forget(over limit: Int) {
        guard entries.count > limit else { return }
        let oldest = entries.values.sorted { $0.lastMet < $1.lastMet }.prefix(entries.count - limit)
        for entry in oldest { entries[entry.position.identity] = nil }
    }
}
