import Glibc

/// The state directory: the position file, and the lock that keeps a second process away from it.
struct PositionStore {
    static let fileName = "positions.json"
    /// How often the lock is tried for: half a second.
    static let lockTries = 50
    static let lockPauseMicroseconds: UInt32 = 10_000
    static let lockName = "lock"
    /// Copies of position files that could not be understood; the last is overwritten.
    static let mostCorruptCopies = 4

    let directory: String
    /// What the position file holds, as far as we know.
    private(set) var written: [Position] = []
    private let lock: OpenFile

    private var path: String { "\(directory)/\(Self.fileName)" }
    private var newPath: String { "\(path).new" }

    /// Makes the directory (mode 0700) if only itself is missing, and locks it until the store is gone.
    init(directory: String) throws(LogFilesError) {
        guard directory.hasPrefix("/") else { throw .relativePath(directory) }
        self.directory = directory
        guard unsafe mkdir(directory, 0o700) == 0 || errno == EEXIST else {
            throw .stateDirectory(directory, reason: SystemFailure().reason)
        }
        do throws(SystemFailure) {
            lock = try OpenFile("\(directory)/\(Self.lockName)", O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
        } catch {
            throw .stateDirectory(directory, reason: error.reason)
        }
        // A process that is just being started holds the descriptors of its parent, and so this lock, for a moment.
        var tries = 0
        while flock(lock.descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK else { throw .stateDirectory(directory, reason: SystemFailure().reason) }
            tries += 1
            guard tries < Self.lockTries else { throw .inUse(directory) }
            usleep(Self.lockPauseMicroseconds)
        }
    }

    /// Reads the positions. A file that cannot be understood is set aside, and the problem says so.
    mutating func load() throws(LogFilesError) -> LogProblem? {
        guard let text = try text() else { return nil }
        let version = PositionDocument.version(of: text)
        if let version, version > PositionDocument.version {
            throw .newerVersion(path, found: version, known: PositionDocument.version)
        }
        if let positions = PositionDocument.positions(in: text) {
            written = positions
            return nil
        }
        let copy = unusedCopy()
        guard unsafe rename(path, copy) == 0 else {
            throw .stateDirectory(directory, reason: "\(Self.fileName): \(SystemFailure().reason)")
        }
        return LogProblem(path: path, reason: .corruptPositions(keptAs: copy))
    }

    /// Nil where there is no position file; one that is too large counts as one that is cut off.
    private func text() throws(LogFilesError) -> [UInt8]? {
        do throws(SystemFailure) {
            let file = try OpenFile(reading: path)
            let size = try file.facts().size
            var text = [UInt8](repeating: 0, count: min(Int(size), PositionDocument.mostBytes))
            return try file.read(text.count, at: 0, into: &text) == text.count ? text : []
        } catch {
            if error.code == ENOENT { return nil }
            throw .stateDirectory(directory, reason: "\(Self.fileName): \(error.reason)")
        }
    }

    private func unusedCopy() -> String {
        let copies = (1...Self.mostCorruptCopies).map { "\(path).corrupt-\($0)" }
        return copies.first { unsafe access($0, F_OK) != 0 } ?? copies[copies.count - 1]
    }

    /// Writes the positions beside, syncs, renames and syncs the name: what is there at any moment is whole. Does
    /// nothing if they are what was written last.
    mutating func write(_ positions: [Position]) throws(LogFilesError) {
        guard positions != written else { return }
        do throws(SystemFailure) {
            try replace(with: positions)
        } catch {
            unsafe unlink(newPath)
            throw .commit(path, reason: error.reason)
        }
        written = positions
    }

    private func replace(with positions: [Position]) throws(SystemFailure) {
        let text: [UInt8]
        do { text = try PositionDocument(positions).text() } catch { throw SystemFailure(code: EILSEQ) }
        // A new file each time: what else may stand under the name, a link even, is not written to.
        unsafe unlink(newPath)
        let file = try OpenFile(newPath, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
        try file.write(text)
        guard unsafe rename(newPath, path) == 0 else { throw SystemFailure() }
        try OpenFile(directory, O_RDONLY | O_DIRECTORY).sync()
    }
}
