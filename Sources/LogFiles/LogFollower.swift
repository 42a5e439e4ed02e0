/// Follows log files as `tail -F` does: found by patterns, through rotation, truncation and re-creation, each from its
/// beginning or from where an earlier run ended. It knows no log format, has no thread and no clock: its user drives
/// it in rounds, and says of each chunk what became of it.
///
/// A file that gets and loses its only matched name between two looks is not seen: where files are rotated faster than
/// ``LogLimits/lookSeconds``, a pattern must match their later names too.
public struct LogFollower: ~Copyable {
    let patterns: [LogPattern]
    let limits: LogLimits
    private var store: PositionStore
    /// In the order of their numbers' first use.
    var followed: [FollowedFile] = []
    var parked = ParkedFiles()
    var fingerprints = FingerprintReader()
    var buffer: [UInt8]
    /// What cannot be read, as the last look found it.
    var refused: [(problem: LogProblem, tag: Int)] = []
    /// Problems to be told once.
    var notices: [LogProblem] = []
    private var nextLookAt: Double?
    private var nextNumber = 1
    /// Where the last round stopped, so that the next begins behind it.
    private var turn = 0

    /// Locks the state directory, which is made if it is missing, and reads the positions in it.
    public init(
        patterns: [LogPattern], stateDirectory: String, limits: LogLimits = LogLimits()
    ) throws(LogFilesError) {
        if let pattern = patterns.first(where: { !$0.path.hasPrefix("/") }) { throw .relativePath(pattern.path) }
        var store = try PositionStore(directory: stateDirectory)
        let problem = try store.load()
        self.store = store
        self.patterns = patterns
        self.limits = limits.checked
        buffer = [UInt8](repeating: 0, count: self.limits.chunkBytes)
        if let problem { notices.append(problem) }
        for position in store.written { parked.add(position, facts: nil) }
    }

    /// Looks for files if it is time to, reads what is new in each and hands it to `take`, then closes what is over.
    /// `now`: seconds on a clock that never goes back.
    public mutating func round(at now: Double, _ take: (borrowing LogChunk) -> LogProgress) -> LogRound {
        var round = LogRound()
        if now >= nextLookAt ?? now {
            look(at: now, isFirst: nextLookAt == nil)
            nextLookAt = now + limits.lookSeconds
        }
        var budget = limits.bytesPerRound
        let count = followed.count
        var over: Set<Int> = []
        for step in 0..<count {
            let index = (turn + step) % count
            guard budget > 0 else {
                turn = index
                round.isCaughtUp = false
                break
            }
            budget -= readNews(index, at: now, budget: budget, &round, take)
            if followed[index].isOver(at: now, after: limits.quietSeconds), end(index, &round, take) {
                over.insert(followed[index].number)
            }
            if followed[index].hasBacklog { round.isCaughtUp = false }
        }
        followed.removeAll { over.contains($0.number) }
        round.problems = problems()
        return round
    }

    /// Where all files are read to now.
    public var positions: LogPositions {
        var positions = LogPositions(positions: parked.positions)
        for file in followed {
            guard let position = file.position else { continue }
            positions.positions.append(position)
            positions.offsets[file.number] = position.offset
        }
        // In an order that does not change by itself: what did not move is not written again.
        positions.positions.sort { ($0.path, $0.identity.inode) < ($1.path, $1.identity.inode) }
        return positions
    }

    /// Writes where all files are read to now.
    public mutating func commit() throws(LogFilesError) {
        try commit(positions)
    }

    /// Writes positions that were taken before: beside, synced (file and directory), renamed. Does nothing where
    /// nothing moved.
    public mutating func commit(_ positions: LogPositions) throws(LogFilesError) {
        try store.write(positions.positions)
        for index in followed.indices {
            if let offset = positions.offsets[followed[index].number] { followed[index].committed = offset }
        }
    }

    /// The files that are read, and what is not and why.
    public var files: [LogFileStatus] {
        followed.map(\.status)
            + refused.map { LogFileStatus(file: nil, path: $0.problem.path, tag: $0.tag, problem: $0.problem) }
    }

    /// Closes the files and gives the state directory free. Commits nothing.
    public consuming func finish() {}

    mutating func newNumber() -> Int {
        defer { nextNumber += 1 }
        return nextNumber
    }

    private mutating func problems() -> [LogProblem] {
        let lasting = followed.compactMap { file in file.problem.map { LogProblem(path: file.path, reason: $0) } }
        let all = notices + lasting + refused.map(\.problem)
        notices = []
        return Array(all.prefix(limits.maxProblems))
    }
}
