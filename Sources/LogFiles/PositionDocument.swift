import Foundation

/// The position file's text:
///
///     {"files":[{"counted":0,"device":65024,"ended":false,"fingerprint":{"bytes":1024,"sha256":"9f86d0..."},
///       "inode":1311,"offset":73402,"path":"/var/log/mcp/node-1.log"}],"version":1}
struct PositionDocument: Codable {
    /// What this release writes, and the newest it reads.
    static let version = 1
    /// A larger file is none of ours.
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
                bytes: position.fingerprint.count, sha256: Self.hex(position.fingerprint.digest))
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

    /// The version a text says it has; nil for what is no position file.
    static func version(of text: [UInt8]) -> Int? {
        try? JSONDecoder().decode(Head.self, from: Data(text)).version
    }

    /// The positions of a text of our version; nil if there is anything in it that we would not write.
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
            let digest = bytes(hex: entry.fingerprint.sha256), digest.count == 32
        else { return nil }
        return Position(
            path: entry.path, identity: FileIdentity(device: entry.device, inode: entry.inode),
            fingerprint: Fingerprint(count: entry.fingerprint.bytes, digest: digest), offset: entry.offset,
            counted: entry.counted, hasEnded: entry.ended)
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private static func bytes(hex text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { UInt8(String(UnicodeScalar($0)), radix: 16) }
        guard digits.count == text.utf8.count, digits.count % 2 == 0 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
