@testable import LogFiles

/// A follower and who takes its chunks, over restarts.
final class Following {
    let patterns: [LogPattern]
    let state: String
    let limits: LogLimits
    var taker = LineTaker()
    var now = 100.0
    private(set) var follower: LogFollower?

    init(_ paths: [String], state: String, limits: LogLimits = LogLimits()) throws {
        let patterns = paths.enumerated().map { LogPattern(path: $1, tag: $0) }
        (self.patterns, self.state, self.limits) = (patterns, state, limits)
        try start()
    }

    var isRunning: Bool { follower != nil }

    func start() throws {
        taker = taker.restarted
        follower = try LogFollower(patterns: patterns, stateDirectory: state, limits: limits)
    }

    /// Ends without a commit.
    func kill() { follower = nil }

    func stop() throws {
        try follower?.commit()
        follower = nil
    }

    func restart() throws {
        try stop()
        try start()
    }

    /// One round, `seconds` after the last.
    @discardableResult func round(after seconds: Double = 1) -> LogRound {
        now += seconds
        return follower!.round(at: now) { taker.take($0) }
    }

    /// Rounds until nothing more comes and what lost its name is closed.
    @discardableResult func rounds(_ count: Int = 12) -> [LogRound] {
        var rounds: [LogRound] = []
        for _ in 0..<count { rounds.append(round()) }
        return rounds
    }

    var files: [LogFileStatus] { follower?.files ?? [] }

    /// What is followed now, by inode.
    var inodes: Set<UInt64> { Set(follower?.followed.map(\.identity.inode) ?? []) }

    var positions: LogPositions { follower?.positions ?? LogPositions() }

    func commit() throws { try follower!.commit() }

    func commit(_ positions: LogPositions) throws { try follower!.commit(positions) }
}
