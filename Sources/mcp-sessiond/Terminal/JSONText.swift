import Exposition

/// JSON for a terminal.
enum JSONText {
    /// JSON escapes the C0 controls only: C1 controls and what turns a line around become `\u` escapes too, which changes
    /// nothing of what the document says.
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
