import Glibc

/// The state directory: the position file, and the lock that keeps other processes out.
struct PositionStore {
    static let fileName = "positions.json"
    /// The number of attempts to lock; with the pauses they take half a second.
    static let lockTries = 50
    static let lockPauseMicroseconds: UInt32 = 10_000
    static let lockName = "lock"

    let directory: String
    /// The positions that the file contains, as far as we know.
    private(set) var written: [Position] = []
    private let lock: OpenFile
    private let file: StateFile

    /// Creates the directory (mode 0700) if its parent exists, and locks it for the life of the store.
    init(directory: String) throws(LogFilesError) {
        guard directory.hasPrefix("/") else { throw .relativePath(directory) }
        self.directory = directory
        file = StateFile(directory: directory, name: Self.fileName)
        guard unsafe mkdir(directory, 0o700) == 0 || errno == EEXIST else {
            throw .stateDirectory(directory, reason: SystemFailure().reason)
        }
        do throws(SystemFailure) {
            lock = try OpenFile("\(directory)/\(Self.lockName)", O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
        } catch {
            throw .stateDirectory(directory, reason: error.reason)
        }
        // A process that is being started briefly holds its parent's descriptors, and thus this lock.
        var tries = 0
        while flock(lock.descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK else { throw .stateDirectory(directory, reason: SystemFailure().reason) }
            tries += 1
            guard tries < Self.lockTries else { throw .inUse(directory) }
            usleep(Self.lockPauseMicroseconds)
        }
    }

    /// Reads the positions. A file that cannot be parsed is set aside and returned as a problem.
    mutating func load() throws(LogFilesError) -> LogProblem? {
        let limit = PositionDocument.mostBytes
        let content = try withFile { file throws(SystemFailure) in try file.read(atMost: limit) }
        guard let text = content else { return nil }
        if let version = PositionDocument.version(of: text), version > PositionDocument.version {
            throw .newerVersion(file.path, found: version, known: PositionDocument.version)
        }
        if let positions = PositionDocument.positions(in: text) {
            written = positions
            return nil
        }
        let copy = try withFile { file throws(SystemFailure) in try file.setAside() }
        return LogProblem(path: file.path, reason: .corruptPositions(keptAs: copy))
    }

    private func withFile<Answer>(_ body: (StateFile) throws(SystemFailure) -> Answer) throws(LogFilesError) -> Answer {
        do throws(SystemFailure) {
            return try body(file)
        } catch {
            throw .stateDirectory(directory, reason: "\(Self.fileName): \(error.reason)")
        }
    }

    /// Writes the positions if they have changed.
    mutating func write(_ positions: [Position]) throws(LogFilesError) {
        guard positions != written else { return }
        do throws(SystemFailure) {
            try file.replace(with: Self.text(of: positions))
        } catch {
            throw .commit(file.path, reason: error.reason)
        }
        written = positions
    }

    private static func text(of positions: [Position]) throws(SystemFailure) -> [UInt8] {
        do { return try PositionDocument(positions).text() } catch { throw SystemFailure(code: EILSEQ) }
    }
}
