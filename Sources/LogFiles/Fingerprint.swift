import Digests

/// How a file begins: by this it is known again, should its inode have been given to another, or its content been
/// replaced. Only the digest is kept: logs hold credentials.
struct Fingerprint: Equatable, Sendable {
    /// How many bytes from a file's beginning count at most.
    static let mostBytes = 1_024

    var count = 0
    /// SHA-256 of them; empty for none.
    var digest: [UInt8] = []
}

/// Reads beginnings of files.
struct FingerprintReader {
    enum Finding: Equatable {
        /// It begins as it did.
        case same
        /// It does not, or has become too short.
        case other
        case gzip
    }

    private let sha256 = SHA256()
    private var head = [UInt8](repeating: 0, count: Fingerprint.mostBytes)

    /// Whether `file` begins as `fingerprint` says. If so, the fingerprint then covers as much as the file has by now.
    mutating func compare(_ fingerprint: inout Fingerprint, with file: OpenFile) throws(SystemFailure) -> Finding {
        let count = try file.read(Fingerprint.mostBytes, at: 0, into: &head)
        guard count >= fingerprint.count else { return .other }
        if fingerprint.count > 0, digest(fingerprint.count) != fingerprint.digest { return .other }
        guard count > fingerprint.count else { return .same }
        if fingerprint.count < 2, count >= 2, head[0] == 0x1F, head[1] == 0x8B { return .gzip }
        fingerprint = Fingerprint(count: count, digest: digest(count))
        return .same
    }

    private func digest(_ count: Int) -> [UInt8] { sha256.digest(head.span.extracting(0..<count)) }
}
