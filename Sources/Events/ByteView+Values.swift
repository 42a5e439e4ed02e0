extension ByteView {
    /// The end of a step's value; nil if it is not of the template's kind.
    @inline(__always)
    func end(of step: JSONTemplate.Step, from start: Int) -> Int? {
        if step.isNumber { return endOfNumber(start) }
        guard let end = endOfString(start, isPlain: step.role != nil) else { return nil }
        return step.mayWrap && self[start..<end].trimmed.first == UInt8(ascii: "{") ? nil : end
    }

    /// The end of a string that begins at `start`. A plain string ends at a backslash too, so that no field with a role
    /// contains one. Nil if the string has no end, or if it needs the full parser.
    @inline(__always)
    func endOfString(_ start: Int, isPlain: Bool) -> Int? {
        var at = start
        while true {
            at = nextSpecial(from: at)
            guard at < endIndex else { return nil }
            if self[at] == UInt8(ascii: "\"") { return at }
            switch self[at] {
            case UInt8(ascii: "\\"):
                if isPlain { return at }
                guard let end = endOfEscape(at) else { return nil }
                at = end
            case UInt8(ascii: "#"):
                // Syslog daemons write the escape byte of colours like this.
                if self[at...].starts(with: "#033[") { return nil }
                at += 1
            case 0x09: at += 1
            default: return nil
            }
        }
    }

    /// The end of an escape such as `\n`, `\"` or `\u2192`.
    private func endOfEscape(_ start: Int) -> Int? {
        guard start + 1 < endIndex else { return nil }
        switch self[start + 1] {
        case UInt8(ascii: "n"), UInt8(ascii: "t"), UInt8(ascii: "r"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            return start + 2
        case UInt8(ascii: "u"):
            guard start + 6 <= endIndex, self[(start + 2)..<(start + 6)].allSatisfy(\.isHexDigit) else { return nil }
            return start + 6
        default: return nil
        }
    }

    /// The end of a number that begins at `start`; nil if there is none.
    func endOfNumber(_ start: Int) -> Int? {
        var at = start
        while at < endIndex, self[at].isNumeric { at += 1 }
        guard at > start, self[start].isDigit || self[start] == UInt8(ascii: "-"), self[at - 1].isDigit else {
            return nil
        }
        return at
    }
}
