import Configuration
import Events
import LogFiles
import Redis
import ServiceLifecycle
import Sessions
import Workers

/// An actor that follows the log files of the settings. It commits a position only once all events before it are
/// judged. So a crash loses no event, and a clean stop counts none twice.
public actor FileIntake: Service, CustomStringConvertible {
    /// The pause between two rounds that find nothing new: it doubles from the least to the most.
    static let minPauseSeconds = 0.005
    static let maxPauseSeconds = 0.05
    static let commitSeconds = 1.0
    static let retrySeconds = 5.0
    /// The interval at which the files' sizes are measured for the metrics.
    static let measureSeconds = 1.0

    private let thread = BlockingThread(label: "log files")
    private let intake: EventIntake
    private let judge: EventJudge
    private let files: [EventFile]
    /// The number of each file's log, by its place in the settings.
    private let logs: [Int]
    private let options: LineReader.Options
    private let stateDirectory: String
    private var follower: LogFollower?
    private var sources: [Int: FollowedFile] = [:]
    private var commit = PositionCommit()
    private var lastMeasured = -measureSeconds

    /// The reading state of one file.
    private struct FollowedFile {
        var reader: LineReader
        let node: String?
        /// The number of results that were counted before a restart and must still be skipped.
        var skip: Int
        var progress: LogProgress
    }

    /// Positions to be written: they wait until all events before them are judged.
    private struct PositionCommit {
        var waiting: (positions: LogPositions, accepted: Int)?
        var lastTaken = -commitSeconds
    }

    public init(
        _ files: [EventFile], stateDirectory: String, options: LineReader.Options, intake: EventIntake,
        judge: EventJudge
    ) {
        self.files = files
        logs = files.map { intake.addLog($0.path, keeping: $0.keeps) }
        self.stateDirectory = stateDirectory
        self.options = options
        self.intake = intake
        self.judge = judge
    }

    public nonisolated var description: String { "FileIntake" }
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    public func run() async {
        var wait = Self.minPauseSeconds
        while !Task.isEnding {
            guard open() else {
                await pause(seconds: Self.retrySeconds)
                continue
            }
            let isCaughtUp = intake.hasRoom ? round() : true
            commitWhatIsJudged()
            wait = isCaughtUp ? min(wait * 2, Self.maxPauseSeconds) : Self.minPauseSeconds
            if isCaughtUp { await pause(seconds: wait) }
        }
        await end()
    }

    /// Starts to follow the files. On failure it reports the problem and returns false, and is retried.
    private func open() -> Bool {
        if follower != nil { return true }
        let patterns = files.enumerated().map { LogPattern(path: $1.path, tag: $0) }
        do throws(LogFilesError) {
            follower = try LogFollower(patterns: patterns, stateDirectory: stateDirectory)
            intake.noteProblem(nil, of: "files")
            return true
        } catch {
            intake.noteProblem(error.description, of: "files")
            return false
        }
    }

    /// Reads new lines; returns true if there are no more for now.
    private func round() -> Bool {
        let now = intake.watch.clock.now()
        let seconds = monotonicSeconds()
        guard let round = follower?.round(at: seconds, { chunk in take(chunk, at: now) }) else { return true }
        intake.noteProblem(round.problems.first?.description, of: "files")
        if seconds - lastMeasured >= Self.measureSeconds { measure(at: seconds) }
        return round.isCaughtUp
    }

    private func take(_ chunk: LogChunk, at now: UnixTime) -> LogProgress {
        let file = files[chunk.tag]
        var followed =
            sources.removeValue(forKey: chunk.file)
            ?? FollowedFile(
                reader: LineReader(reading(file)), node: file.node.isEmpty ? nil : file.node, skip: chunk.skip,
                progress: LogProgress(readTo: chunk.offset, settledAt: chunk.offset, counted: 0))
        // Take nothing without room for all events that it may bring.
        _ = intake.withRoom {
            chunk.isOversized ? skipOversized(chunk, &followed, at: now) : read(chunk, &followed, at: now)
        }
        let isOver = chunk.isLast && followed.progress.readTo == chunk.end
        if !isOver { sources[chunk.file] = followed }
        return followed.progress
    }

    private func read(_ chunk: LogChunk, _ followed: inout FollowedFile, at now: UnixTime) {
        let (intake, node, log) = (intake, followed.node, logs[chunk.tag])
        var skip = followed.skip
        let read = followed.reader.readLines(in: chunk.bytes.span, at: chunk.offset, isLast: chunk.isLast) { outcome in
            if skip > 0 {
                skip -= 1
            } else {
                intake.take(outcome, from: .file, log: log, node: node, at: now)
            }
        }
        followed.skip = skip
        let lines = chunk.bytes.span.extracting(0..<Int(read.readTo - chunk.offset))
        intake.noteLines(read.lines, in: lines, from: .file, log: log)
        followed.progress = LogProgress(readTo: read.readTo, settledAt: read.settledAt, counted: read.counted)
    }

    /// Skips an oversized line, which counts as one rejected result.
    private func skipOversized(_ chunk: LogChunk, _ followed: inout FollowedFile, at now: UnixTime) {
        if followed.skip > 0 {
            followed.skip -= 1
        } else {
            intake.take(.malformed(.tooLong), from: .file, at: now)
        }
        let none: [UInt8] = []
        intake.noteLines(1, in: none.span, from: .file)
        let isHeld = followed.reader.wantsNextLine
        followed.progress = LogProgress(
            readTo: chunk.end, settledAt: isHeld ? followed.progress.settledAt : chunk.end,
            counted: isHeld ? followed.progress.counted + 1 : 0)
    }

    private func reading(_ file: EventFile) -> LineReader.Options {
        var options = options
        options.format = LineFormat(rawValue: file.format)
        return options
    }
}

// MARK: - Positions

extension FileIntake {
    private func commitWhatIsJudged() {
        if let waiting = commit.waiting, intake.judgedCount >= waiting.accepted {
            commit.waiting = nil
            write(waiting.positions)
        }
        let now = monotonicSeconds()
        guard commit.waiting == nil, now - commit.lastTaken >= Self.commitSeconds, let positions = follower?.positions
        else { return }
        commit.waiting = (positions, intake.acceptedCount)
        commit.lastTaken = now
    }

    private func write(_ positions: LogPositions) {
        do throws(LogFilesError) {
            try follower?.commit(positions)
            intake.noteProblem(nil, of: "positions")
        } catch {
            intake.noteProblem(error.description, of: "positions")
        }
    }

    /// Has everything that was read judged, and saves the positions.
    private func end() async {
        guard let positions = follower?.positions else { return }
        await judge.finish()
        write(positions)
        follower = nil
    }

    private func measure(at seconds: Double) {
        lastMeasured = seconds
        guard let files = follower?.files else { return }
        intake.metrics.fileBytes.set(Double(files.reduce(0) { $0 + $1.size }))
        intake.metrics.committedBytes.set(Double(files.reduce(0) { $0 + $1.committed }))
    }
}
