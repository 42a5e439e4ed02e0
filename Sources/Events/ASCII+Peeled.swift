extension LineText {
    /// Without what `{:?}` of Rust puts around a value: `"id"`, `Some("id")`, `SessionId("id")`.
    var peeled: Self {
        var text = trimmed
        for _ in 0..<3 {
            if text.count >= 2, text.first == UInt8(ascii: "\""), text.last == UInt8(ascii: "\"") {
                text = text.dropFirst().dropLast().unquoted
            } else if text.last == UInt8(ascii: ")"), let open = text.firstIndex(of: UInt8(ascii: "(")),
                ["some", "sessionid", "ok", "arc", "id", "uuid"].contains(text[..<open].squeezed)
            {
                text = text[(open + 1)...].dropLast()
            } else {
                break
            }
        }
        return text
    }
}

extension ArraySlice<UInt8> {
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
}
