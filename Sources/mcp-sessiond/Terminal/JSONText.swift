import Exposition

/// JSON for a terminal.
enum JSONText {
    /// JSON escapes only the C0 controls. This also writes C1 controls and characters that reverse a line as `\u`
    /// escapes, which does not change the meaning of the document.
    static func harmless(_ document: String) -> String {
        var text = ""
        for scalar in document.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control where scalar == "\n": text.unicodeScalars.append(scalar)
            case .control, .format, .lineSeparator, .paragraphSeparator:
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
