import Sessions

/// A line without its wrappers.
struct UnwrappedLine {
    var line: ArraySlice<UInt8> = []
    var wrappers: [LineWrapper.Name] = []
    var node: String?
    var time: UnixTime?
    var wasBytes = false
    /// The fields of a JSON line; nil for text.
    var json: Result<JSONLine, LineFault>?
    /// The stream of the record, for a line that may be partial.
    var stream: String?
    /// True if the line continues in the next record of the stream.
    var continues = false
    /// The untrimmed text of the record, since spaces at its ends may belong in the middle of a line.
    var piece: ArraySlice<UInt8> = []
    /// The number of spaces and tabs before the text.
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
                // A piece of a line cannot be read yet.
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
