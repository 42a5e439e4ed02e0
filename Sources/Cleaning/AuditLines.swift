import Glibc

/// Reads the local audit file, line by line.
struct AuditLines: Sendable {
    /// The reason why it cannot be read.
    struct Failure: Error { var why: String }

    enum Line {
        case whole([UInt8])
        /// What stands after the last end of a line.
        case unfinished
    }

    private static let chunkBytes = 1 << 16
    /// No line of ours is longer: a node's name, a boot and a run are short.
    private static let lineLimit = 1 << 16

    let path: String

    init(_ path: String) {
        self.path = path
    }

    /// The present length of the file.
    func length() -> Result<Int, Failure> {
        var facts = stat()
        guard unsafe stat(path, &facts) == 0 else { return .failure(failure()) }
        guard facts.st_mode & S_IFMT == S_IFREG else { return .failure(.init(why: "\(path) is no regular file")) }
        return .success(Int(facts.st_size))
    }

    /// Passes on the lines of the first `length` bytes, with their numbers. Returns why it could not read all.
    func read(_ length: Int, _ take: (Int, Line) -> Void) -> Failure? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return failure() }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: Self.chunkBytes)
        var (left, number, line) = (length, 1, [UInt8]())
        while left > 0 {
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe Glibc.read(descriptor, bytes.baseAddress, min(bytes.count, left))
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return failure() }
            guard count > 0 else { break }
            left -= count
            var rest = buffer[..<count]
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                line += rest[..<end]
                take(number, .whole(line))
                (number, line) = (number + 1, [])
                rest = rest[(end + 1)...]
            }
            // What is too long is no line of ours, however it ends.
            line += rest.prefix(max(Self.lineLimit - line.count, 0))
        }
        if !line.isEmpty { take(number, .unfinished) }
        return nil
    }

    private func failure() -> Failure {
        Failure(why: "\(path) cannot be read: \(unsafe String(cString: strerror(errno)))")
    }
}
