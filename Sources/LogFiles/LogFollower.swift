// LogFiles: reads log files line by line as they grow. Create a `LogFollower` from patterns and call its `round`; it
// keeps its positions in a state directory.

/// A follower of log files, like `tail -F`. It finds them by patterns, follows them through rotation, truncation and
/// re-creation, and reads each from its beginning or from where an earlier run ended. It knows no log format and has
/// neither a thread nor a clock: its user drives it in rounds, and answers how much of each chunk was taken.
///
/// All patterns are matched every ``LogLimits/matchSeconds``. A file that gets and loses its only matching name in
/// between is missed: if files are rotated faster, a pattern must match their later names too.
public struct LogFollower: ~Copyable {
    let patterns: [LogPattern]
    let limits: LogLimits
    private var store: PositionStore
    /// The open files, in the order in which they were opened.
    var followed: [FollowedFile] = []
    var parked = ParkedFiles()
    var fingerprints = Fingerprint.Reader()
    var buffer: [UInt8]
    /// The paths that could not be read at the last match.
    var refused: [(problem: LogProblem, tag: Int)] = []
    /// Problems that are reported once.
    var notices: [LogProblem] = []
    private var nextMatchAt: Double?
    private var nextNumber = 1
    /// The file at which the last round stopped, and the next one begins.
    private var turn = 0

    /// Locks the state directory, creating it if it is missing, and reads its positions.
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

    /// Matches the patterns if it is time to, reads the new lines of each and offers them to `take`, then closes files that
    /// are over. `now` is in seconds of a clock that never goes back.
    public mutating func round(at now: Double, _ take: (borrowing LogChunk) -> LogProgress) -> LogRound {
        var round = LogRound()
        if now >= nextMatchAt ?? now {
            matchPatterns(at: now, isFirst: nextMatchAt == nil)
            nextMatchAt = now + limits.matchSeconds
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
            budget -= readNewLines(index, at: now, budget: budget, &round, take)
            if followed[index].isOver(at: now, after: limits.quietSeconds), end(index, &round, take) {
                over.insert(followed[index].number)
            }
            if followed[index].hasBacklog { round.isCaughtUp = false }
        }
        followed.removeAll { over.contains($0.number) }
        round.problems = problems()
        return round
    }

    /// The current positions of all files.
    public var positions: LogPositions {
        var positions = LogPositions(positions: parked.positions)
        for file in followed {
            guard let position = file.position else { continue }
            positions.positions.append(position)
            positions.offsets[file.number] = position.offset
        }
        // Sort them, so that positions that did not move are not written again.
        positions.positions.sort { ($0.path, $0.identity.inode) < ($1.path, $1.identity.inode) }
        return positions
    }

    /// Writes the current positions.
    public mutating func commit() throws(LogFilesError) {
        try commit(positions)
    }

    /// Writes positions taken earlier, unless nothing has moved. They go to a new file, which is synced and renamed.
    public mutating func commit(_ positions: LogPositions) throws(LogFilesError) {
        try store.write(positions.positions)
        for index in followed.indices {
            if let offset = positions.offsets[followed[index].number] { followed[index].committed = offset }
        }
    }

    /// The files that are read, then the paths that are not.
    public var files: [LogFileStatus] {
        followed.map(\.status)
            + refused.map { LogFileStatus(file: nil, path: $0.problem.path, tag: $0.tag, problem: $0.problem) }
    }

    /// Closes the files and unlocks the state directory. Commits nothing.
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
