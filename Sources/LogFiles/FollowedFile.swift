/// An open file and the offsets up to which it was read.
struct FollowedFile {
    /// The number passed on as ``LogChunk/file``. Each truncation makes a new one.
    private(set) var number: Int
    /// The path at which it was found. It stays the same when the file is renamed, which reveals that the file has
    /// left.
    let path: String
    /// Its path in an earlier run, if that was different.
    var formerPath: String?
    let tag: Int
    let file: OpenFile
    let identity: FileFacts.Identity
    var fingerprint = Fingerprint()

    /// The end of the lines that were taken; the next chunk begins here.
    var readTo: UInt64 = 0
    private(set) var settledAt: UInt64 = 0
    private(set) var counted = 0
    /// The offset at which this run began, and the number of results after it that an earlier run had counted.
    private var begunAt: UInt64 = 0
    private var countedBefore = 0
    /// The number passed on as ``LogChunk/skip``.
    private(set) var skip = 0
    var committed: UInt64 = 0

    /// The end of the bytes after `readTo` that are known to contain no line feed.
    var scannedTo: UInt64 = 0
    /// The end of the zero bytes at the beginning of the file.
    var zerosTo: UInt64 = 0
    /// The facts as of the last read; nil before the first one.
    var facts: FileFacts?
    /// True if there may be more to read at once.
    var hasBacklog = true
    /// The time of the write after which the content was compared once more.
    private var comparedFor: Int64?
    var bytesLost: UInt64 = 0
    var problem: LogProblem.Reason?

    /// The time at which its path was first found to lead elsewhere or nowhere.
    private(set) var leftAt: Double?
    /// The time at which it last had something new.
    var changedAt: Double
    /// The number of the file that had this path before, while that file may have unread lines. Those come first.
    var predecessor: Int?

    init(number: Int, path: String, tag: Int, file: OpenFile, identity: FileFacts.Identity, at now: Double) {
        self.number = number
        self.path = path
        self.tag = tag
        self.file = file
        self.identity = identity
        changedAt = now
    }

    var size: UInt64 { facts?.size ?? 0 }

    var status: LogFileStatus {
        LogFileStatus(
            file: number, path: path, tag: tag, size: size, offset: readTo, settled: settledAt, committed: committed,
            problem: problem.map { LogProblem(path: path, reason: $0) }, hasLeft: leftAt != nil, bytesLost: bytesLost)
    }

    /// The position at which a new run would begin; nil while nothing is known about the file.
    var position: Position? {
        guard fingerprint.count > 0 else { return nil }
        return Position(path: path, identity: identity, fingerprint: fingerprint, offset: settledAt, counted: counted)
    }

    /// Continues where an earlier run ended.
    mutating func resume(from position: Position) {
        fingerprint = position.fingerprint
        readTo = position.offset
        settledAt = position.offset
        begunAt = position.offset
        scannedTo = position.offset
        counted = position.counted
        countedBefore = position.counted
        skip = position.counted
        committed = position.offset
        if path != position.path { formerPath = position.path }
    }

    /// Records the answer to a chunk that ended at `end`. Returns true if all of it was taken.
    mutating func note(_ progress: LogProgress, upTo end: UInt64) -> Bool {
        let before = readTo
        readTo = min(max(progress.readTo, readTo), end)
        if readTo > before { skip = 0 }
        settledAt = min(max(progress.settledAt, settledAt), readTo)
        // Until something settles, the results that an earlier run counted stay counted, even if not seen again yet.
        counted = settledAt == begunAt ? max(progress.counted, countedBefore) : max(0, progress.counted)
        scannedTo = max(scannedTo, readTo)
        return readTo == end
    }

    /// Starts over with the current content. Returns the number of unread bytes of the former content.
    mutating func restart(as number: Int, at now: Double) -> UInt64 {
        let lost = size > readTo ? size - readTo : 0
        let (old, left) = (self, leftAt)
        self = FollowedFile(
            number: number, path: old.path, tag: old.tag, file: old.file, identity: old.identity, at: now)
        formerPath = old.formerPath
        leftAt = left
        bytesLost = old.bytesLost + lost
        return lost
    }

    /// Records whether its path still leads to it.
    mutating func note(isHome: Bool, at now: Double) {
        leftAt = isHome ? nil : leftAt ?? now
    }

    /// Has the file read once more although nothing in it seems to change. The time of a write is only as fine as a
    /// clock tick. So content that was replaced by the same number of bytes within the tick of our read looks unchanged
    /// until the next write.
    mutating func compareOnceMore() {
        guard let facts, facts.modified != comparedFor else { return }
        comparedFor = facts.modified
        hasBacklog = true
    }

    /// True if nothing more is expected from it.
    func isOver(at now: Double, after quietSeconds: Double) -> Bool {
        guard let leftAt, !hasBacklog else { return false }
        return now - max(leftAt, changedAt) >= quietSeconds
    }
}
