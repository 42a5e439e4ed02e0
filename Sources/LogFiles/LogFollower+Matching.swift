import Glibc

extension LogFollower {
    /// Matches the patterns anew: finds files that have left their path, and opens new ones.
    mutating func matchPatterns(at now: Double, isFirst: Bool) {
        var named = NamedFiles(patterns, limits: limits)
        if isFirst { parked.follow(remounted: named.files) }
        parked.beginMatch()
        for index in followed.indices {
            let file = followed[index]
            followed[index].note(isHome: named.identities[file.path] == file.identity, at: now)
            followed[index].compareOnceMore()
        }
        let open = Set(followed.map(\.identity))
        var news = named.files.filter { !open.contains($0.facts.identity) && !parked.noteSeen($0.facts) }
        if isFirst { followRenamed(except: Set(news.map(\.facts.identity)), at: now) }
        // Files that were followed before come first, and have room. Among the others, the newest are preferred if not
        // all fit.
        var known = news.filter { parked[$0.facts.identity] != nil }
        news.removeAll { parked[$0.facts.identity] != nil }
        if news.count > limits.maxFiles - followed.count - known.count {
            news.sort { $0.facts.modified > $1.facts.modified }
        }
        known.sort { $0.facts.modified < $1.facts.modified }
        var leftOut = 0
        for file in known + news {
            guard hasRoom else {
                leftOut += 1
                continue
            }
            if let reason = follow(file, at: now) { named.refuse(file.path, reason, tag: file.tag) }
        }
        if leftOut > 0, let pattern = patterns.last {
            named.refuse(pattern.path, .tooManyFiles(leftOut), tag: pattern.tag)
        }
        parked.forget(over: limits.maxPositions - followed.count)
        refused = named.refused
    }

    /// True if one more file may be opened. There must be room for its position too, since a forgotten file would be
    /// read again.
    private var hasRoom: Bool {
        followed.count < limits.maxFiles && followed.count + parked.seenCount < limits.maxPositions
    }

    /// Opens a file and continues at its known position. Returns the reason if it cannot be read.
    private mutating func follow(_ named: NamedFiles.File, at now: Double) -> LogProblem.Reason? {
        do throws(SystemFailure) {
            let file = try OpenFile(reading: named.path)
            let facts = try file.facts()
            // It was replaced after the patterns were matched; the next match finds the new one.
            guard facts.identity == named.facts.identity, facts.refusal == nil else { return nil }
            var position = parked[facts.identity]?.position
            if let known = position, try !belongs(known, to: file, facts) {
                parked.remove(facts.identity)
                position = nil
            }
            if let position, position.hasEnded, position.offset == facts.size {
                parked.add(position, facts: facts)
                return nil
            }
            var fingerprint = Fingerprint()
            if try fingerprints.compare(&fingerprint, with: file) == .gzip { return .gzip }
            begin(file, path: named.path, tag: named.tag, facts, at: now, position: position)
            return nil
        } catch {
            return error.problem
        }
    }

    /// True if the position belongs to this very file, not to an earlier file with the same inode or to content that
    /// was replaced since.
    private mutating func belongs(
        _ position: Position, to file: OpenFile, _ facts: FileFacts
    ) throws(SystemFailure) -> Bool {
        guard facts.size >= position.offset else { return false }
        var fingerprint = position.fingerprint
        return try fingerprints.compare(&fingerprint, with: file) == .same
    }

    private mutating func begin(
        _ file: OpenFile, path: String, tag: Int, _ facts: FileFacts, at now: Double, position: Position?,
        hasLeft: Bool = false
    ) {
        var new = FollowedFile(
            number: newNumber(), path: path, tag: tag, file: file, identity: facts.identity, at: now)
        if let position { new.resume(from: position) }
        if hasLeft {
            new.note(isHome: false, at: now)
        } else {
            new.predecessor = followed.last { $0.path == path || $0.formerPath == path }?.number
        }
        parked.remove(facts.identity)
        followed.append(new)
    }
}

// MARK: - Renamed between two runs

extension LogFollower {
    /// Searches the former folders of files from the last run for those whose new name matches no pattern, and reads
    /// the rest of them. Files in `except` are found by the patterns.
    private mutating func followRenamed(except named: Set<FileFacts.Identity>, at now: Double) {
        let missing = parked.positions.compactMap { position -> (position: Position, tag: Int)? in
            guard !position.hasEnded, !named.contains(position.identity) else { return nil }
            return tag(of: position.path).map { (position, $0) }
        }
        var folders: [String: [UInt64: String]] = [:]
        for (position, tag) in missing {
            let found = Self.folders(of: position.path).contains { folder in
                let siblings = folders[folder] ?? Self.inodes(in: folder, limit: limits.maxSiblings)
                folders[folder] = siblings
                guard let path = siblings[position.identity.inode] else { return false }
                return followRenamed(position, path, tag: tag, at: now)
            }
            if found { continue }
            notices.append(LogProblem(path: position.path, reason: .vanished))
            // It may come back with a disk that is mounted later.
            var position = position
            position.hasEnded = true
            parked.add(position, facts: nil)
        }
    }

    /// Continues with a file under its new name; returns false if it is another file.
    private mutating func followRenamed(_ position: Position, _ path: String, tag: Int, at now: Double) -> Bool {
        do throws(SystemFailure) {
            let file = try OpenFile(reading: path)
            let facts = try file.facts()
            guard facts.refusal == nil, facts.identity.inode == position.identity.inode, hasRoom,
                try belongs(position, to: file, facts)
            else { return false }
            parked.remove(position.identity)
            begin(file, path: position.path, tag: tag, facts, at: now, position: position, hasLeft: true)
            return true
        } catch {
            return false
        }
    }

    /// The tag of the pattern that matches a path.
    private func tag(of path: String) -> Int? {
        patterns.first { pattern in
            pattern.isGlob ? unsafe fnmatch(pattern.path, path, FNM_PATHNAME | FNM_PERIOD) == 0 : pattern.path == path
        }?.tag
    }

    /// The folder of a path and, if the path is a link, the folder of its target.
    private static func folders(of path: String) -> [String] {
        var folders = [path]
        if let resolved = unsafe realpath(path, nil) {
            unsafe folders.append(String(cString: resolved))
            unsafe free(resolved)
        }
        return folders.compactMap { path in path.lastIndex(of: "/").map { String(path[...$0]) } }
    }

    /// The regular files in a folder that ends with a slash, by inode.
    private static func inodes(in folder: String, limit: Int) -> [UInt64: String] {
        guard let entries = unsafe opendir(folder) else { return [:] }
        defer { unsafe closedir(entries) }
        var found: [UInt64: String] = [:]
        for _ in 0..<limit {
            guard let entry = unsafe readdir(entries) else { break }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(validatingCString: $0) }
            }
            guard let name, let facts = try? FileFacts.at(folder + name), facts.refusal == nil else { continue }
            found[facts.identity.inode] = folder + name
        }
        return found
    }
}
