/// A path that cannot be read, and the reason.
public struct LogProblem: Sendable, Equatable {
    public enum Reason: Sendable, Equatable {
        /// There is no such path, or the pattern matches nothing.
        case missing
        case directory
        /// A FIFO, a device or a socket.
        case notRegular
        /// A compressed file. Its lines were read before it was compressed, or are lost.
        case gzip
        /// The system's error text.
        case unreadable(String)
        /// The name is not UTF-8; it is shown repaired.
        case badName
        /// The number of files beyond those that may be followed.
        case tooManyFiles(Int)
        /// The file was followed in the last run and cannot be found: its unread lines are lost.
        case vanished
        /// The position file could not be parsed and is kept under this name. All files are read from the beginning.
        case corruptPositions(keptAs: String)
    }

    public var path: String
    public var reason: Reason

    /// The word for the reason in metrics.
    public var label: String {
        switch reason {
        case .missing: "missing"
        case .directory: "directory"
        case .notRegular: "not_regular"
        case .gzip: "gzip"
        case .unreadable: "unreadable"
        case .badName: "bad_name"
        case .tooManyFiles: "too_many_files"
        case .vanished: "vanished"
        case .corruptPositions: "corrupt_positions"
        }
    }
}

extension LogProblem: CustomStringConvertible {
    public var description: String {
        switch reason {
        case .missing: "\(path): no such file"
        case .directory: "\(path): a directory; name its files, as in \(path)/*.log"
        case .notRegular: "\(path): not a regular file"
        case .gzip: "\(path): compressed with gzip"
        case .unreadable(let reason): "\(path): \(reason)"
        case .badName: "\(path): the name is not UTF-8"
        case .tooManyFiles(let count): "\(path): \(count) more files than can be followed"
        case .vanished: "\(path): gone since the last run; its unread lines are lost"
        case .corruptPositions(let kept):
            "\(path): cannot be parsed, kept as \(kept); files are read from the start"
        }
    }
}
