/// Text from outside that was made safe to show: one bounded line without anything that steers a terminal or changes
/// the direction of writing.
enum PrintableText {
    /// The largest number of characters (Unicode scalars) of a name.
    static let limit = 64

    static func of(_ text: String, limit: Int = limit) -> String {
        let utf8 = text.utf8
        if utf8.count <= limit, utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text }
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(limit) { shown.append(isPrintable(scalar) ? scalar : "\u{FFFD}") }
        return String(shown)
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
