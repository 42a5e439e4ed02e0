import Sessions

/// A line without its wrappers.
struct UnwrappedLine {
    var line: ArraySlice<UInt8> = []
    var wrappers: [LineWrapper.Name] = []
    var node: String?
    var time: UnixTime?
    var wasBytes = false
    /// Where the line is JSON, its fields.
    var json: Result<JSONLine, LineFault>?
    /// The stream whose partial line this is, if it is one, and whether it goes on.
    var stream: String?
    var continues = false
    /// The record's text as it came: spaces at its ends may belong into the middle of a line.
    var piece: ArraySlice<UInt8> = []
    /// How many spaces or tabs stood before its text.
    var indent = 0

    var isIndented: Bool { indent > 0 }

    init(_ line: ArraySlice<UInt8>) {
        take(line)
        for _ in 0...LineLimits.wrappers {
            json = nil
            if self.line.first == UInt8(ascii: "{") {
                json = Result { () throws(LineFault) in try JSONWalk.line(self.line) }
            }
            guard wrappers.count < LineLimits.wrappers, let wrapper = LineWrapper.find(self.line, json) else { return }
            wrappers.append(wrapper.name)
            take(wrapper.line)
            node = wrapper.node ?? node
            time = wrapper.time ?? time
            wasBytes = wasBytes || wrapper.wasBytes
            if !wrapper.stream.isEmpty {
                stream = wrapper.stream
                continues = wrapper.continues != nil
                piece = wrapper.line
                // A piece of a line has nothing inside that could be read yet.
                if continues { return }
            }
        }
    }

    private mutating func take(_ text: ArraySlice<UInt8>) {
        let cleaned = text.cleaned
        line = cleaned.drop { $0 == 0x20 || $0 == 0x09 }
        indent = cleaned.count - line.count
    }
}

extension ArraySlice<UInt8> {
    /// Without a byte order mark, the zeros of a truncated file, the carriage return, colours.
    var cleaned: ArraySlice<UInt8> {
        // Indices instead of removals: those would copy the line to change it.
        var text = self[(firstIndex { $0 != 0 } ?? endIndex)...]
        if text.first == 0xEF, text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        var end = text.endIndex
        while end > text.startIndex, [0x00, 0x0A, 0x0D].contains(text[end - 1]) { end -= 1 }
        return text[..<end].withoutColours
    }

    /// Without ANSI escapes, also where a syslog daemon wrote the escape byte as `#033`.
    private var withoutColours: ArraySlice<UInt8> {
        guard contains(where: { $0 == 0x1B || $0 == UInt8(ascii: "#") }), contains(0x1B) || contains("#033[") else {
            return self
        }
        var out: [UInt8] = []
        var at = startIndex
        while at < endIndex {
            let mark = self[at] == 0x1B ? 1 : self[at...].starts(with: "#033[") ? 4 : 0
            guard mark > 0 else {
                out.append(self[at])
                at += 1
                continue
            }
            at += mark
            guard at < endIndex, self[at] == UInt8(ascii: "[") else { continue }
            at += 1
            while at < endIndex, self[at].isDigit || ";:?".utf8.contains(self[at]) { at += 1 }
            if at < endIndex { at += 1 }
        }
        return out[...]
    }
}
