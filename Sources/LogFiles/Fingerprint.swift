import Digests

/// A digest of a file's first bytes. It reveals that an inode was given to another file, or that the content was
/// replaced. The bytes themselves are not kept, since logs contain credentials.
struct Fingerprint: Equatable, Sendable {
    /// The maximum number of bytes to compare.
    static let mostBytes = 1_024

    var count = 0
    /// The SHA-256 of the first `count` bytes; empty if there are none.
    var digest: [UInt8] = []
}

extension Fingerprint {
    /// A reader that compares a file's first bytes with a fingerprint.
    struct Reader {
        enum Finding: Equatable {
            /// The file begins as before.
            case same
            /// The file begins differently, or has become too short.
            case other
            case gzip
        }

        private let sha256 = SHA256()
        private var head = [UInt8](repeating: 0, count: Fingerprint.mostBytes)

        /// Compares the beginning of `file` with `fingerprint`. If it is the same, the fingerprint grows with the file.
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
}
