/// Why something that was asked for is not read.
public struct LogProblem: Sendable, Equatable {
    public enum Reason: Sendable, Equatable {
        /// Nothing is there: no such path, or no match of the pattern.
        case missing
        case directory
        /// A FIFO, a device, a socket.
        case notRegular
        /// Compressed; its lines were read while it was not, or are lost.
        case gzip
        /// The system's word for it.
        case unreadable(String)
        /// A name that is not UTF-8; it is shown repaired.
        case badName
        /// So many more files than may be followed.
        case tooManyFiles(Int)
        /// It was followed when we stopped, and is nowhere to be found: what it had unread is lost.
        case vanished
        /// The position file could not be understood; it is kept under this name. All is read from the beginning.
        case corruptPositions(keptAs: String)
    }

    public var path: String
    public var reason: Reason

    /// The metrics' word for the reason.
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
        case .vanished: "\(path): gone while nobody read it; what was unread is lost"
        case .corruptPositions(let kept):
            "\(path): cannot be understood, kept as \(kept); files are read from the start"
        }
    }
}
