/// Text from the registry, made safe for a terminal: a name of a node or client must not be able to move the cursor,
/// set the title or reverse the line.
struct HarmlessText: Equatable {
    let text: String

    /// Escapes characters that a terminal acts upon or does not show: `ESC` becomes `\x1b`, a right-to-left override
    /// `\u{202e}`.
    init(_ raw: some StringProtocol) {
        text = raw.unicodeScalars.map { Self.isShown($0) ? String($0) : Self.escaped($0) }.joined()
    }

    /// The number of columns that it takes on a terminal.
    var columns: Int { text.unicodeScalars.reduce(0) { $0 + Self.columns(of: $1) } }

    /// The text in at most this many columns. If it is too long, its middle is cut, since names differ at their ends.
    func cut(to limit: Int) -> String {
        guard columns > limit else { return text }
        guard limit > 1 else { return limit == 1 ? "…" : "" }
        let tailLimit = (limit - 1) / 2
        let head = Self.prefix(text.unicodeScalars, columns: limit - 1 - tailLimit)
        let tail = Self.prefix(text.unicodeScalars.reversed(), columns: tailLimit)
        return Self.string(head) + "…" + Self.string(tail.reversed())
    }

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        guard scalar.value > 0xFF else { return digits.count == 1 ? "\\x0\(digits)" : "\\x\(digits)" }
        return "\\u{\(digits)}"
    }

    /// Combining marks take no column, East Asian wide letters and emoji two (UAX #11, roughly).
    private static func columns(of scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF,
            0x20000...0x3FFFD:
            return 2
        default: return scalar.properties.isEmojiPresentation ? 2 : 1
        }
    }

    private static func prefix(_ scalars: some Sequence<Unicode.Scalar>, columns limit: Int) -> [Unicode.Scalar] {
        var taken: [Unicode.Scalar] = []
        var used = 0
        for scalar in scalars {
            used += columns(of: scalar)
            guard used <= limit else { break }
            taken.append(scalar)
        }
        return taken
    }

    private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }
}
