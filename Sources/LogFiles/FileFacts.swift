import Glibc

/// Which file it is, whatever its name: as long as one holds it open, no other has the same.
struct FileIdentity: Hashable, Sendable {
    var device: UInt64
    var inode: UInt64
}

/// What stat(2) says of a file.
struct FileFacts: Sendable, Equatable {
    var identity: FileIdentity
    var size: UInt64
    /// Of the last write, in nanoseconds since 1970.
    var modified: Int64
    /// Names that it has; 0 for one that was deleted.
    var links: UInt64
    /// Why it is not one to be read.
    var refusal: LogProblem.Reason?

    init(_ status: stat) {
        identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
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

    /// Of what the path leads to; links are followed.
    static func at(_ path: String) throws(SystemFailure) -> FileFacts {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw SystemFailure() }
        return FileFacts(status)
    }
}

/// What the system said of a call that failed.
public struct SystemFailure: Error, Equatable {
    var code = errno

    /// In the system's words.
    public var reason: String { unsafe String(cString: strerror(code)) }

    var problem: LogProblem.Reason { code == ENOENT || code == ENOTDIR ? .missing : .unreadable(reason) }
}
