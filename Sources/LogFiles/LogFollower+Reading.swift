import Glibc

/// What one step of reading a file came to.
private enum ReadStep {
    /// A chunk was taken, or zeros passed over: so many bytes.
    case read(Int)
    /// There is no line feed in so many bytes: more must be read at once.
    case tooShort
    /// There is nothing more for now.
    case waits
    /// The chunk was not taken to its end.
    case refused
    /// What was read before is not in the file any more.
    case replaced
}

extension LogFollower {
    typealias Take = (borrowing LogChunk) -> LogProgress

    /// Reads what is new in a file, up to the limits of a round and what is left of `budget`. Returns how many bytes
    /// that were.
    mutating func readNews(
        _ index: Int, at now: Double, budget: Int, _ round: inout LogRound, _ take: Take
    ) -> Int {
        guard !waitsForElder(index) else { return 0 }
        do throws(SystemFailure) {
            let facts = try followed[index].file.facts()
            let known = followed[index].facts
            let hasChanged = facts.size != known?.size || facts.modified != known?.modified
            guard hasChanged || followed[index].hasBacklog else { return 0 }
            followed[index].hasBacklog = false
            followed[index].problem = nil
            let bytes = try read(index, facts, at: now, budget: min(budget, limits.fileBytesPerRound), &round, take)
            if hasChanged { followed[index].newsAt = now }
            return bytes
        } catch {
            // Nothing more is expected of it until it changes, or for ever.
            followed[index].hasBacklog = false
            followed[index].problem = error.problem
            return 0
        }
    }

    /// Whether the file that had this one's path before has something unread. It is asked until it has not.
    private mutating func waitsForElder(_ index: Int) -> Bool {
        guard let elder = followed[index].elder else { return false }
        if followed.contains(where: { $0.number == elder && $0.hasBacklog }) { return true }
        followed[index].elder = nil
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

    /// Reads up to `wanted` bytes and hands on the whole lines among them.
    private mutating func step(
        _ index: Int, _ wanted: Int, _ round: inout LogRound, _ take: Take
    ) throws(SystemFailure) -> ReadStep {
        let start = followed[index].readTo
        if followed[index].scannedTo >= start + UInt64(limits.lineBytes) {
            return try passOverLine(index, &round, take)
        }
        let count = try fill(wanted, index, from: start)
        if let step = try change(index) { return step }
        guard count > 0 else { return .waits }
        let zeros = passOverZeros(index, count)
        if zeros > 0 {
            round.bytesRead += UInt64(zeros)
            return .read(zeros)
        }
        guard let end = lineEnd(upTo: count) else {
            followed[index].scannedTo = max(followed[index].scannedTo, start + UInt64(count))
            if count < wanted { return .waits }
            return .tooShort
        }
        let isTaken = hand(index, end, upTo: start + UInt64(end), &round, take)
        return isTaken ? .read(end) : .refused
    }

    /// Reads into the buffer, which grows as needed, up to the longest line.
    private mutating func fill(_ count: Int, _ index: Int, from offset: UInt64) throws(SystemFailure) -> Int {
        if buffer.count < count { buffer = [UInt8](repeating: 0, count: count) }
        return try followed[index].file.read(count, at: offset, into: &buffer)
    }

    /// Whether the file is not what it was. To be asked after reading: then what was read belongs to what was read before.
    private mutating func change(_ index: Int) throws(SystemFailure) -> ReadStep? {
        switch try fingerprints.compare(&followed[index].fingerprint, with: followed[index].file) {
        case .same: return nil
        case .other: return .replaced
        case .gzip:
            followed[index].problem = .gzip
            return .waits
        }
    }

    /// A file that is cut short while its writer goes on where it was begins with a hole. Returns how many of the
    /// buffer's bytes belong to it.
    private mutating func passOverZeros(_ index: Int, _ count: Int) -> Int {
        guard followed[index].zerosTo == followed[index].readTo, buffer[0] == 0 else { return 0 }
        var zeros = 1
        while zeros < count, buffer[zeros] == 0 { zeros += 1 }
        followed[index].readTo += UInt64(zeros)
        followed[index].zerosTo = followed[index].readTo
        return zeros
    }

    /// Where the last line that is whole ends, among so many bytes.
    private func lineEnd(upTo count: Int) -> Int? {
        let bytes = buffer.span
        var end = count
        while end > 0, bytes[end - 1] != 0x0A { end -= 1 }
        return end > 0 ? end : nil
    }

    /// Hands on the first `count` bytes of the buffer, which reach up to `end`, or are the beginning of what does.
    private func give(
        _ file: FollowedFile, _ count: Int, upTo end: UInt64, isLast: Bool, _ take: Take
    ) -> LogProgress {
        take(
            LogChunk(
                file: file.number, path: file.path, tag: file.tag, offset: file.readTo, end: end,
                bytes: buffer[0..<count], skip: file.skip, isLast: isLast,
                isOversized: end > file.readTo + UInt64(count)))
    }

    /// Hands on bytes and notes what became of them; true if all were taken.
    private mutating func hand(
        _ index: Int, _ count: Int, upTo end: UInt64, isLast: Bool = false, _ round: inout LogRound, _ take: Take
    ) -> Bool {
        let file = followed[index]
        let isOversized = end > file.readTo + UInt64(count)
        var progress = give(file, count, upTo: end, isLast: isLast, take)
        // Half of such a line cannot be had.
        if isOversized, progress.readTo < end { progress.readTo = file.readTo }
        let isTaken = followed[index].note(progress, upTo: end)
        round.bytesRead += followed[index].readTo - file.readTo
        if isOversized, isTaken { round.oversizedLines += 1 }
        return isTaken
    }
}

// MARK: - Lines too long, ends and new beginnings

extension LogFollower {
    /// Looks for the end of a line that is too long, a chunk at a time, and hands on its beginning once that is found:
    /// until then a restart finds the line as it is.
    private mutating func passOverLine(
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
        let isTaken = hand(index, begun, upTo: from + UInt64(feed) + 1, &round, take)
        return isTaken ? .read(begun + feed + 1) : .refused
    }

    /// Hands on what is left of a file that is over: a line without its line feed, or nothing. True if it was taken;
    /// then the file is parked.
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
            hand(index, wanted, upTo: file.readTo + rest, isLast: true, &round, take)
        else {
            // It changed after all, or the user has no room for it now.
            followed[index].hasBacklog = true
            return false
        }
        round.ended += 1
        park(index)
        return true
    }

    /// Keeps where a file that is closed was read to, should one of its names be met again.
    private mutating func park(_ index: Int) {
        let file = followed[index]
        guard var position = file.position, let facts = try? file.file.facts(), facts.links > 0 else { return }
        position.offset = file.readTo
        position.counted = 0
        position.hasEnded = true
        parked.add(position, facts: facts.size == file.readTo ? facts : nil)
    }

    /// The old number ends; what now stands in the file is read as a new one.
    private mutating func restart(_ index: Int, at now: Double, _ round: inout LogRound, _ take: Take) {
        _ = give(followed[index], 0, upTo: followed[index].readTo, isLast: true, take)
        let lost = followed[index].restart(as: newNumber(), at: now)
        followed[index].hasBacklog = false
        round.bytesLost += lost
        round.truncations += 1
    }
}
