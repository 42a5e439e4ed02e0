import Glibc

/// A file, or standard input, read from its beginning to its end in chunks.
struct LineFile {
    static let chunkBytes = 1 << 18

    /// The reason why a file cannot be read, in the system's words.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let path: String

    init(_ path: String) {
        self.path = path
    }

    /// Passes on one chunk after the other, the last one marked; a chunk may end in the middle of a line.
    func read(_ take: (Span<UInt8>, _ isLast: Bool) -> Void) throws(Failure) {
        let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure() }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var buffer = [UInt8](repeating: 0, count: Self.chunkBytes)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe Glibc.read(descriptor, bytes.baseAddress, bytes.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure() }
            take(buffer.span.extracting(0..<count), count == 0)
            if count == 0 { return }
        }
    }

    private static func failure() -> Failure {
        Failure(description: unsafe String(cString: strerror(errno)))
    }
}
