import Glibc

/// The facts about a file from stat(2).
struct FileFacts: Sendable, Equatable {
    /// The identity of a file, whatever its name. No other file has the same one while this file is open.
    struct Identity: Hashable, Sendable {
        var device: UInt64
        var inode: UInt64
    }

    var identity: Identity
    var size: UInt64
    /// The time of the last write, in nanoseconds since 1970.
    var modified: Int64
    /// The number of its names; 0 if it was deleted.
    var links: UInt64
    /// The reason why it cannot be followed; nil for a regular file.
    var refusal: LogProblem.Reason?

    init(_ status: stat) {
        identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        size = UInt64(max(0, status.st_size))
        modified = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
        links = UInt64(status.st_nlink)
        refusal =
            switch status.st_mode & S_IFMT {
            case S_IFREG: nil
            case S_IFDIR: .directory
            default: .notRegular
            }
    }

    /// Reads the facts of the file to which the path leads; links are followed.
    static func at(_ path: String) throws(SystemFailure) -> FileFacts {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw SystemFailure() }
        return FileFacts(status)
    }
}
