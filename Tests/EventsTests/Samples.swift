import Foundation

@testable import Events

/// One line of the labelled samples.
struct Sample {
    let file: String
    let line: Int
    let kind: String
    /// As the label has it: `-`, the id, or `prefix:` and its beginning.
    let session: String
    let node: String
    let owner: String
    let note: String
    let bytes: [UInt8]
}

/// The labelled samples beside these tests.
enum Samples {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")

    static func lines(of file: String) throws -> [[UInt8]] {
        let data = try Data(contentsOf: folder.appendingPathComponent(file))
        var lines = data.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    /// Every label with its line, the files in order.
    static func all() throws -> [Sample] {
        let table = try String(contentsOf: folder.appendingPathComponent("LABELS.tsv"), encoding: .utf8)
        var files: [String: [[UInt8]]] = [:]
        return try table.split(whereSeparator: \.isNewline).dropFirst().map { row in
            let columns = row.split(separator: "\t", omittingEmptySubsequences: false).map { unquoted(String($0)) }
            let file = columns[0]
            if files[file] == nil { files[file] = try lines(of: file) }
            let line = Int(columns[1])!
            return Sample(
                file: file, line: line, kind: columns[2], session: columns[3], node: columns[4], owner: columns[5],
                note: columns[6], bytes: files[file]![line - 1])
        }
    }

    /// A column as CSV quotes it.
    private static func unquoted(_ text: String) -> String {
        guard text.count >= 2, text.first == "\"", text.last == "\"" else { return text }
        return text.dropFirst().dropLast().replacingOccurrences(of: "\"\"", with: "\"")
    }
}

/// What a reading says, in the words of the labels.
struct Told: Equatable {
    var kind: String
    var session = "-"
    var node = "-"
    var owner = "-"

    init(_ outcome: LineReading.Outcome) {
        switch outcome {
        case .irrelevant, .unreached: kind = "irrelevant"
        case .pending: kind = "pending"
        case .malformed: kind = "malformed"
        case .event(let event):
            kind = event.kind.rawValue
            node = event.node ?? "-"
            owner = event.owner?.name ?? "-"
            switch event.session {
            case .full(let id): session = String(decoding: id.bytes, as: UTF8.self)
            case .prefix(let bytes): session = "prefix:" + String(decoding: bytes, as: UTF8.self)
            case .none: break
            }
        }
    }

    init(_ kind: String, session: String = "-", node: String = "-", owner: String = "-") {
        self.kind = kind
        self.session = session
        self.node = node
        self.owner = owner
    }
}

extension LineReader {
    mutating func read(_ text: String) -> LineReading { read(Array(text.utf8).span) }
}
