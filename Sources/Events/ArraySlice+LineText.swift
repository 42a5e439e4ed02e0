import Sessions

extension ArraySlice: LineText where Element == UInt8 {
    func sessionID(maxLength: Int) throws(SessionID.Illegal) -> SessionID { try SessionID(span, maxLength: maxLength) }

    var unquoted: ArraySlice<UInt8> {
        guard contains(UInt8(ascii: "\\")) else { return self }
        var out: [UInt8] = []
        var isEscaped = false
        for byte in self {
            if !isEscaped, byte == UInt8(ascii: "\\") {
                isEscaped = true
                continue
            }
            if isEscaped, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { out.append(UInt8(ascii: "\\")) }
            out.append(byte)
            isEscaped = false
        }
        return out[...]
    }

    /// The text without a byte order mark, the zero bytes of a truncated file, line ends and colours.
    var cleaned: ArraySlice<UInt8> {
        // Move indices only, since removing bytes would copy the line.
        var text = self[(firstIndex { $0 != 0 } ?? endIndex)...]
        if text.first == 0xEF, text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        var end = text.endIndex
        while end > text.startIndex, [0x00, 0x0A, 0x0D].contains(text[end - 1]) { end -= 1 }
        return text[..<end].withoutColours
    }

    /// The text without ANSI escapes. Syslog daemons may write the escape byte as `#033`.
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

extension ArraySlice<UInt8> {
    var isUTF8: Bool { String(decoding: self, as: UTF8.self).utf8.elementsEqual(self) }

    /// True if it is 32 hex digits, with or without dashes.
    var isUUID: Bool {
        (count == 36 || count == 32) && allSatisfy { $0.isHexDigit || $0 == UInt8(ascii: "-") }
            && filter(\.isHexDigit).count == 32
    }
}
