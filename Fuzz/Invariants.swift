@testable import Events

/// What holds for whatever lines a reader was given.
enum Invariants {
    static func check(_ reader: LineReader) {
        require(reader.keptBytes <= 1 << 20, "a reader keeps \(reader.keptBytes) bytes")
    }

    static func check(_ outcome: LineReading.Outcome, maxIDLength: Int = 1024) {
        guard case .event(let event) = outcome else { return }
        switch event.session {
        case .full(let id): require((1...maxIDLength).contains(id.bytes.count), "an id is too long")
        case .prefix(let bytes): require((1...maxIDLength).contains(bytes.count), "a prefix is too long")
        case .none: break
        }
        var names = [event.node, event.owner?.node, event.owner?.boot, event.client]
        if case .value(let cookie) = event.cookie { names.append(cookie) }
        // Broken UTF-8 becomes U+FFFD, three bytes for one; a process number may stand behind a node's name.
        require(names.allSatisfy { ($0?.utf8.count ?? 1) <= 6 * LineLimits.nameBytes + 1 }, "a name is too long")
        require(event.node != "" && event.client != "", "a name is empty")
    }

    /// Reads line for line, and checks on the way.
    static func outcomes(of lines: [[UInt8]], _ reader: inout LineReader) -> [LineReading.Outcome] {
        var outcomes: [LineReading.Outcome] = []
        for line in lines {
            let reading = reader.read(line.span)
            outcomes += [reading.earlier].compactMap(\.self) + [reading.outcome]
            check(reader)
        }
        outcomes += [reader.finish()].compactMap(\.self)
        require(!reader.wantsNextLine, "something is held at the end")
        for outcome in outcomes { check(outcome) }
        return outcomes
    }
}

extension LineReader {
    /// Bytes of lines that are kept for later ones.
    fileprivate var keptBytes: Int {
        pieces.values.reduce(object?.bytes.count ?? 0) { $0 + $1.bytes.count }
            + templates.reduce(0) { $0 + $1.outline.bytes.count + $1.narrowOutline.bytes.count }
    }
}
