/// One open file, and how far it is read.
struct FollowedFile {
    /// ``LogChunk/file``. A new one after each truncation.
    private(set) var number: Int
    /// Where it was found. It stays, though the file be renamed: that is how the file is seen to have left.
    let path: String
    /// Where it was found in an earlier run, if that was elsewhere.
    var formerPath: String?
    let tag: Int
    let file: OpenFile
    let identity: FileIdentity
    var fingerprint = Fingerprint()

    /// Up to where lines were taken; what follows is handed on next.
    var readTo: UInt64 = 0
    private(set) var settledAt: UInt64 = 0
    private(set) var counted = 0
    /// Where this run began, and how many results after that were counted in an earlier one.
    private var begunAt: UInt64 = 0
    private var countedBefore = 0
    /// ``LogChunk/skip``.
    private(set) var skip = 0
    var committed: UInt64 = 0

    /// Before this there is no line feed after `readTo`.
    var scannedTo: UInt64 = 0
    /// Up to here the file begins with zeros.
    var zerosTo: UInt64 = 0
    /// When it was last looked at; nil for never.
    var facts: FileFacts?
    /// Whether more can be read of it at once, as far as we know.
    var hasBacklog = true
    /// The time of the write after which it was compared once more.
    private var comparedFor: Int64?
    var bytesLost: UInt64 = 0
    var problem: LogProblem.Reason?

    /// Since when its path leads elsewhere or nowhere.
    private(set) var leftAt: Double?
    /// When it brought something last.
    var newsAt: Double
    /// The file that had the path before, as long as it may have something unread: that comes first.
    var elder: Int?

    init(number: Int, path: String, tag: Int, file: OpenFile, identity: FileIdentity, at now: Double) {
        self.number = number
        self.path = path
        self.tag = tag
        self.file = file
        self.identity = identity
        newsAt = now
    }

    var size: UInt64 { facts?.size ?? 0 }

    var status: LogFileStatus {
        LogFileStatus(
            file: number, path: path, tag: tag, size: size, offset: readTo, settled: settledAt, committed: committed,
            problem: problem.map { LogProblem(path: path, reason: $0) }, hasLeft: leftAt != nil, bytesLost: bytesLost)
    }

    /// Where a new run would begin; nil for a file of which nothing is known.
    var position: Position? {
        guard fingerprint.count > 0 else { return nil }
        return Position(path: path, identity: identity, fingerprint: fingerprint, offset: settledAt, counted: counted)
    }

    /// Goes on where an earlier run ended.
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

    /// Notes what became of a chunk that ended at `end`; true if all of it was taken.
    mutating func note(_ progress: LogProgress, upTo end: UInt64) -> Bool {
        let before = readTo
        readTo = min(max(progress.readTo, readTo), end)
        if readTo > before { skip = 0 }
        settledAt = min(max(progress.settledAt, settledAt), readTo)
        // As long as nothing has settled, what an earlier run counted stays counted, even if not yet met again.
        counted = settledAt == begunAt ? max(progress.counted, countedBefore) : max(0, progress.counted)
        scannedTo = max(scannedTo, readTo)
        return readTo == end
    }

    /// Begins anew with what now stands in the file. Returns how much of what stood there was not read.
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

    /// Notes whether its path still leads to it.
    mutating func note(isHome: Bool, at now: Double) {
        leftAt = isHome ? nil : leftAt ?? now
    }

    /// Has the file read again, though nothing in it seems to change. A write's time has the grain of a clock tick: what
    /// was replaced by as many bytes in the tick in which we looked would not be seen until the next write.
    mutating func compareOnceMore() {
        guard let facts, facts.modified != comparedFor else { return }
        comparedFor = facts.modified
        hasBacklog = true
    }

    /// Whether nothing is to be expected any more.
    func isOver(at now: Double, after quietSeconds: Double) -> Bool {
        guard let leftAt, !hasBacklog else { return false }
        return now - max(leftAt, newsAt) >= quietSeconds
    }
}
