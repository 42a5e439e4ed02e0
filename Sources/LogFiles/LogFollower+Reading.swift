import Glibc

extension LogFollower {
    typealias Take = (borrowing LogChunk) -> LogProgress

    /// The result of one step of reading a file.
    private enum ReadStep {
        /// This many bytes were taken as a chunk, or skipped as zeros.
        case read(Int)
        /// The bytes contain no line feed: more must be read at once.
        case tooShort
        /// There is nothing more for now.
        case waits
        /// The chunk was not taken to its end.
        case refused
        /// The content that was read before is no longer in the file.
        case replaced
    }

    /// Reads the new content of a file, up to the limits of a round and the rest of `budget`. Returns the number of
    /// bytes.
    mutating func readNewLines(
        _ index: Int, at now: Double, budget: Int, _ round: inout LogRound, _ take: Take
    ) -> Int {
        guard !waitsForPredecessor(index) else { return 0 }
        do throws(SystemFailure) {
            let facts = try followed[index].file.facts()
            let known = followed[index].facts
            let hasChanged = facts.size != known?.size || facts.modified != known?.modified
            guard hasChanged || followed[index].hasBacklog else { return 0 }
            followed[index].hasBacklog = false
            followed[index].problem = nil
            let bytes = try read(index, facts, at: now, budget: min(budget, limits.fileBytesPerRound), &round, take)
            if hasChanged { followed[index].changedAt = now }
            return bytes
        } catch {
            // Nothing more is expected from it until it changes, if it ever does.
            followed[index].hasBacklog = false
            followed[index].problem = error.problem
            return 0
        }
    }

    /// True if the file that had this path before still has unread lines.
    private mutating func waitsForPredecessor(_ index: Int) -> Bool {
        guard let predecessor = followed[index].predecessor else { return false }
        if followed.contains(where: { $0.number == predecessor && $0.hasBacklog }) { return true }
        followed[index].predecessor = nil
        return false
    }

    private mutating func read(
        _ index: Int, _ facts: FileFacts, at now: Double, budget: Int, _ round: inout LogRound, _ take: Take
    ) throws(SystemFailure) -> Int {
        var done = 0
        var wanted = limits.chunkBytes
        if facts.size < followed[index].readTo { restart(index, at: now, &round, take) }
        while done < budget {
            switch try step(index, wanted, &round, take) {
            case .read(let count):
                done += count
                wanted = limits.chunkBytes
            case .tooShort:
                wanted = min(wanted * 4, limits.lineBytes)
            case .waits:
                followed[index].facts = facts
                return done
            case .refused:
                followed[index].facts = facts
                followed[index].hasBacklog = true
                return done
            case .replaced:
                restart(index, at: now, &round, take)
            }
        }
        followed[index].facts = facts
        followed[index].hasBacklog = true
        return done
    }

    /// Reads up to `wanted` bytes and offers the complete lines in them.
    private mutating func step(
        _ index: Int, _ wanted: Int, _ round: inout LogRound, _ take: Take
    ) throws(SystemFailure) -> ReadStep {
        let start = followed[index].readTo
        if followed[index].scannedTo >= start + UInt64(limits.lineBytes) {
            return try skipLine(index, &round, take)
        }
        let count = try fill(wanted, index, from: start)
        if let step = try change(index) { return step }
        guard count > 0 else { return .waits }
        let zeros = skipZeros(index, count)
        if zeros > 0 {
            round.bytesRead += UInt64(zeros)
            return .read(zeros)
        }
        guard let end = lineEnd(upTo: count) else {
            followed[index].scannedTo = max(followed[index].scannedTo, start + UInt64(count))
            if count < wanted { return .waits }
            return .tooShort
        }
        let isTaken = handOn(index, end, upTo: start + UInt64(end), &round, take)
        return isTaken ? .read(end) : .refused
    }

    /// Reads into the buffer, which grows as needed, up to the longest allowed line.
    private mutating func fill(_ count: Int, _ index: Int, from offset: UInt64) throws(SystemFailure) -> Int {
        if buffer.count < count { buffer = [UInt8](repeating: 0, count: count) }
        return try followed[index].file.read(count, at: offset, into: &buffer)
    }

    /// Returns a step if the content was replaced. Call it after a read, to prove that the new bytes continue the old
    /// ones.
    private mutating func change(_ index: Int) throws(SystemFailure) -> ReadStep? {
        switch try fingerprints.compare(&followed[index].fingerprint, with: followed[index].file) {
        case .same: return nil
        case .other: return .replaced
        case .gzip:
            followed[index].problem = .gzip
            return .waits
        }
    }

    /// Skips the hole at the beginning of a file that was truncated while its writer kept its old offset. Returns the
    /// number of bytes in the buffer that belong to the hole.
    private mutating func skipZeros(_ index: Int, _ count: Int) -> Int {
        guard followed[index].zerosTo == followed[index].readTo, buffer[0] == 0 else { return 0 }
        var zeros = 1
        while zeros < count, buffer[zeros] == 0 { zeros += 1 }
        followed[index].readTo += UInt64(zeros)
        followed[index].zerosTo = followed[index].readTo
        return zeros
    }

    /// The end of the last complete line in the first `count` bytes; nil if there is none.
    private func lineEnd(upTo count: Int) -> Int? {
        let bytes = buffer.span
        var end = count
        while end > 0, bytes[end - 1] != 0x0A { end -= 1 }
        return end > 0 ? end : nil
    }

    /// Offers the first `count` bytes of the buffer. They reach to `end`, or begin a line that does.
    private func offer(
        _ file: FollowedFile, _ count: Int, upTo end: UInt64, isLast: Bool, _ take: Take
    ) -> LogProgress {
        take(
            LogChunk(
                file: file.number, path: file.path, tag: file.tag, offset: file.readTo, end: end,
                bytes: buffer[0..<count], skip: file.skip, isLast: isLast,
                isOversized: end > file.readTo + UInt64(count)))
    }

    /// Offers bytes and records the answer. Returns true if all were taken.
    private mutating func handOn(
        _ index: Int, _ count: Int, upTo end: UInt64, isLast: Bool = false, _ round: inout LogRound, _ take: Take
    ) -> Bool {
        let file = followed[index]
        let isOversized = end > file.readTo + UInt64(count)
        var progress = offer(file, count, upTo: end, isLast: isLast, take)
        // A line that was cut is taken completely or not at all.
        if isOversized, progress.readTo < end { progress.readTo = file.readTo }
        let isTaken = followed[index].note(progress, upTo: end)
        round.bytesRead += followed[index].readTo - file.readTo
        if isOversized, isTaken { round.oversizedLines += 1 }
        return isTaken
    }
}

// MARK: - Lines that are too long, and files that end or start over

extension LogFollower {
    /// Searches for the end of a line that is too long, one chunk at a time, and offers its beginning once the end is
    /// found. Until then, the line counts as unread after a restart.
    private mutating func skipLine(
        _ index: Int, _ round: inout LogRound, _ take: Take
    ) throws(SystemFailure) -> ReadStep {
        let from = followed[index].scannedTo
        let count = try fill(limits.chunkBytes, index, from: from)
        guard let feed = buffer[0..<count].firstIndex(of: 0x0A) else {
            if let step = try change(index) { return step }
            followed[index].scannedTo = from + UInt64(count)
            return count < limits.chunkBytes ? .waits : .read(count)
        }
        let begun = try fill(limits.lineBytes, index, from: followed[index].readTo)
        if let step = try change(index) { return step }
        let isTaken = handOn(index, begun, upTo: from + UInt64(feed) + 1, &round, take)
        return isTaken ? .read(begun + feed + 1) : .refused
    }

    /// Offers the rest of a file that is over: a line without its line feed, or nothing. If the rest is taken, parks
    /// the file and returns true.
    mutating func end(_ index: Int, _ round: inout LogRound, _ take: Take) -> Bool {
        let file = followed[index]
        var rest = file.size > file.readTo ? file.size - file.readTo : 0
        if let problem = file.problem {
            if problem != .gzip { round.bytesLost += rest }
            rest = 0
        }
        let wanted = Int(min(rest, UInt64(limits.lineBytes)))
        let read = wanted == 0 ? 0 : try? fill(wanted, index, from: file.readTo)
        let isUnchanged = file.problem != nil || (try? file.file.facts())?.size == file.facts?.size
        guard isUnchanged, read == wanted,
            handOn(index, wanted, upTo: file.readTo + rest, isLast: true, &round, take)
        else {
            // It changed after all, or the user has no room for the chunk now.
            followed[index].hasBacklog = true
            return false
        }
        round.ended += 1
        park(index)
        return true
    }

    /// Keeps the position of a closed file, in case one of its names is found again.
    private mutating func park(_ index: Int) {
        let file = followed[index]
        guard var position = file.position, let facts = try? file.file.facts(), facts.links > 0 else { return }
        position.offset = file.readTo
        position.counted = 0
        position.hasEnded = true
        parked.add(position, facts: facts.size == file.readTo ? facts : nil)
    }

    /// Ends the old number and reads the current content under a new one.
    private mutating func restart(_ index: Int, at now: Double, _ round: inout LogRound, _ take: Take) {
        _ = offer(followed[index], 0, upTo: followed[index].readTo, isLast: true, take)
        let lost = followed[index].restart(as: newNumber(), at: now)
        followed[index].hasBacklog = false
        round.bytesLost += lost
        round.truncations += 1
    }
}
