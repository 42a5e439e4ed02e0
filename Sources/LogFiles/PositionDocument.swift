import Digests
import FoundationEssentials
import Glibc

/// The content of the position file:
///
///     {"files":[{"counted":0,"device":65024,"ended":false,"fingerprint":{"bytes":1024,"sha256":"9f86d0..."},
///       "inode":1311,"offset":73402,"path":"/var/log/mcp/node-1.log"}],"version":1}
struct PositionDocument: Codable {
    /// The version that this release writes, and the newest that it reads.
    static let version = 1
    /// The largest file that can be ours.
    static let mostBytes = 64 << 20

    private struct Entry: Codable {
        struct Print: Codable {
            var bytes: Int
            var sha256: String
        }

        var path: String
        var device: UInt64
        var inode: UInt64
        var fingerprint: Print
        var offset: UInt64
        var counted: Int
        var ended: Bool
    }

    private struct Head: Codable {
        var version: Int
    }

    private var version = PositionDocument.version
    private var files: [Entry]

    init(_ positions: [Position]) {
        files = positions.map { position in
            let print = Entry.Print(
                bytes: position.fingerprint.count, sha256: Hex.text(position.fingerprint.digest))
            return Entry(
                path: position.path, device: position.identity.device, inode: position.identity.inode,
                fingerprint: print, offset: position.offset, counted: position.counted, ended: position.hasEnded)
        }
    }

    func text() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try Array(encoder.encode(self)) + [0x0A]
    }

    /// The version that a text claims; nil if it is not a position file.
    static func version(of text: [UInt8]) -> Int? {
        try? JSONDecoder().decode(Head.self, from: Data(text)).version
    }

    /// The positions in a text of our version; nil if it contains anything that we would not write.
    static func positions(in text: [UInt8]) -> [Position]? {
        guard let document = try? JSONDecoder().decode(PositionDocument.self, from: Data(text)),
            document.version == Self.version
        else { return nil }
        let positions = document.files.compactMap(position)
        let isWhole = positions.count == document.files.count
        return isWhole && Set(positions.map(\.identity)).count == positions.count ? positions : nil
    }

    private static func position(_ entry: Entry) -> Position? {
        guard entry.path.hasPrefix("/"), entry.offset <= UInt64(Int64.max), entry.counted >= 0,
            (1...Fingerprint.mostBytes).contains(entry.fingerprint.bytes),
            let digest = Hex.bytes(entry.fingerprint.sha256), digest.count == 32
        else { return nil }
        return Position(
            path: entry.path, identity: FileFacts.Identity(device: entry.device, inode: entry.inode),
            fingerprint: Fingerprint(count: entry.fingerprint.bytes, digest: digest), offset: entry.offset,
            counted: entry.counted, hasEnded: entry.ended)
    }
}
