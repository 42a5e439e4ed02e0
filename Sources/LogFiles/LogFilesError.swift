/// A failure to follow files, or to keep their positions.
public enum LogFilesError: Error, Equatable, Sendable {
    /// A pattern or the state directory is not an absolute path.
    case relativePath(String)
    /// The state directory cannot be created or used.
    case stateDirectory(String, reason: String)
    /// Another process, or another follower in this one, uses the state directory.
    case inUse(String)
    /// The position file was written by a later release; it is left unchanged.
    case newerVersion(String, found: Int, known: Int)
    /// The positions could not be written. The file is unchanged; the next commit tries again.
    case commit(String, reason: String)

    /// The word for it in metrics.
    public var label: String {
        switch self {
        case .relativePath: "relative_path"
        case .stateDirectory: "state_directory"
        case .inUse: "in_use"
        case .newerVersion: "newer_version"
        case .commit: "commit"
        }
    }
}

extension LogFilesError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .relativePath(let path): "'\(path)' is not an absolute path"
        case .stateDirectory(let path, let reason): "state directory \(path): \(reason)"
        case .inUse(let path): "state directory \(path) is in use by another process"
        case .newerVersion(let path, let found, let known):
            "\(path) has version \(found), written by a later release; this one knows version \(known)"
        case .commit(let path, let reason): "positions not written to \(path): \(reason)"
        }
    }
}
