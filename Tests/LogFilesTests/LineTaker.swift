@testable import LogFiles

/// Takes chunks as an event intake does: lines are results; some settle only with the next one, as the pieces of a
/// record in several lines do.
struct LineTaker {
    struct Taken: Equatable {
        var file: Int
        var text: String
        var isLast = false
        var isOversized = false
    }

    private struct Source {
        var settledAt: UInt64
        var counted = 0
        var skip: Int
    }

    /// Lines that were counted, in order.
    var lines: [Taken] = []
    /// Files that ended.
    var ended: [Int] = []
    /// How many lines of the next chunks are taken; nil for all.
    var room: Int?
    private var sources: [Int: Source] = [:]

    var texts: [String] { lines.map(\.text) }

    /// Whether the result of a line is held until the next: a rule that a new reader applies in the same way.
    static func isHeld(_ text: String) -> Bool { text.utf8.count % 3 == 0 }

    mutating func take(_ chunk: borrowing LogChunk) -> LogProgress {
        var source = sources[chunk.file] ?? Source(settledAt: chunk.offset, skip: chunk.skip)
        defer { sources[chunk.file] = source }
        var readTo = chunk.offset
        for text in Self.split(chunk) {
            if let room {
                guard room > 0 else { break }
                self.room = room - 1
            }
            let isWhole = chunk.isOversized || (chunk.isLast && readTo + UInt64(text.utf8.count) == chunk.end)
            readTo = isWhole ? chunk.end : readTo + UInt64(text.utf8.count) + 1
            if source.skip > 0 {
                source.skip -= 1
            } else {
                lines.append(
                    Taken(file: chunk.file, text: text, isLast: chunk.isLast, isOversized: chunk.isOversized))
            }
            source.counted += 1
            guard Self.isHeld(text), !chunk.isLast, !chunk.isOversized else {
                source.settledAt = readTo
                source.counted = 0
                continue
            }
        }
        if chunk.isLast, readTo == chunk.end { ended.append(chunk.file) }
        return LogProgress(readTo: readTo, settledAt: source.settledAt, counted: source.counted)
    }

    private static func split(_ chunk: borrowing LogChunk) -> [String] {
        var lines = chunk.bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        if !chunk.isOversized, lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }
}

extension LineTaker {
    /// What it has counted, with no memory of files: their numbers begin anew.
    var restarted: LineTaker {
        var taker = LineTaker()
        taker.lines = lines
        return taker
    }
}
