/// One process life of a node, by the name that the process gives itself: any text.
///
/// A record and a heartbeat may write the same boot differently (`1` and `1.0`, or a UUID in another case). So boots
/// are compared by their meaning, and the comparison may be undecided. Nothing is ever removed on an undecided
/// comparison.
public struct Boot: Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let text: String
    /// A text that is the same for all spellings of the boot.
    let canonical: String
    private let form: Form

    /// The answer to whether two texts name the same boot.
    public enum Relation: Sendable {
        case same, different
        /// They are of different kinds, or differ only in spelling.
        case unclear
    }

    /// The kind of a text, and its meaning.
    private enum Form: Sendable {
        /// 32 hexadecimal digits in lower case.
        case uuid([UInt8])
        case time(UnixTime)
        case number(BootNumber)
        case other
        /// The meaning is ignored.
        case verbatim

        func canonical(of text: String) -> String {
            switch self {
            case .uuid(let digits): "uuid " + String(decoding: digits, as: UTF8.self)
            case .time(let time): "time \(time.milliseconds)"
            case .number(let number): "number " + number.canonical
            case .other, .verbatim: "text " + text
            }
        }
    }

    public init(_ text: String) {
        self.text = text
        let bytes = Self.trimmed(Array(text.utf8))
        if let digits = Self.uuidDigits(bytes) {
            form = .uuid(digits)
        } else if bytes.contains(UInt8(ascii: ":")), let time = UnixTime(iso8601: bytes.span) {
            form = .time(time)
        } else if let number = BootNumber(bytes) {
            form = .number(number)
        } else {
            form = .other
        }
        canonical = form.canonical(of: text)
    }

    /// Makes a boot that is compared by its text alone.
    @_spi(Simulation) public init(verbatim text: String) {
        self.text = text
        form = .verbatim
        canonical = form.canonical(of: text)
    }

    public init(stringLiteral text: String) {
        self.init(text)
    }

    public var description: String { text }

    public func relation(to other: Boot) -> Relation {
        if text == other.text { return .same }
        switch (form, other.form) {
        case (.verbatim, _), (_, .verbatim): return .different
        case (.uuid(let mine), .uuid(let theirs)): return mine == theirs ? .same : .different
        case (.time(let mine), .time(let theirs)):
            return mine == theirs ? .same : abs(mine - theirs) < 1 ? .unclear : .different
        case (.number(let mine), .number(let theirs)): return mine.relation(to: theirs)
        default: return textRelation(to: other)
        }
    }

    /// Compares texts of different kinds, or of no known kind. Random hexadecimal digits may look like a number now and
    /// then.
    private func textRelation(to other: Boot) -> Relation {
        let (mine, theirs) = (Self.folded(text), Self.folded(other.text))
        switch (form, other.form) {
        case (.other, .other):
            if mine == theirs { return .unclear }
            let (short, long) = mine.count < theirs.count ? (mine, theirs) : (theirs, mine)
            return short.count >= Self.cutLength && long.starts(with: short) ? .unclear : .different
        case (.number, .other), (.other, .number):
            let areTokens =
                mine.count == theirs.count && mine.count >= Self.tokenLength && mine.allSatisfy(isHexDigit)
                && theirs.allSatisfy(isHexDigit)
            return areTokens ? .different : .unclear
        default: return .unclear
        }
    }

    /// The shortest prefix that may be a truncated boot.
    private static let cutLength = 8
    /// The fewest digits of a random token.
    private static let tokenLength = 6

    /// Returns the text without surrounding blanks and quotes.
    private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        func isOuter(_ byte: UInt8) -> Bool {
            byte <= UInt8(ascii: " ") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
        }
        return Array(bytes.drop(while: isOuter).reversed().drop(while: isOuter).reversed())
    }

    /// Reads `{3f2a...}` or `urn:uuid:3f2a...`, with or without dashes, in any case.
    private static func uuidDigits(_ bytes: [UInt8]) -> [UInt8]? {
        var rest = bytes.map(lowercased)[...]
        let prefix = Array("urn:uuid:".utf8)
        if rest.starts(with: prefix) { rest = rest.dropFirst(prefix.count) }
        if rest.first == UInt8(ascii: "{"), rest.last == UInt8(ascii: "}") { rest = rest.dropFirst().dropLast() }
        let digits = rest.filter { $0 != UInt8(ascii: "-") }
        return digits.count == 32 && digits.allSatisfy(isHexDigit) ? Array(digits) : nil
    }

    /// Returns the letters and digits in lower case. Bytes beyond ASCII stay as they are.
    private static func folded(_ text: String) -> [UInt8] {
        text.utf8.map(lowercased).filter { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...0xFF: true
            default: false
            }
        }
    }
}

extension Boot: Hashable {
    /// Boots are equal by text, since records are compared byte for byte.
    public static func == (a: Boot, b: Boot) -> Bool { a.text == b.text }
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// A boot that is a number, most often the start time of the process.
private struct BootNumber: Sendable {
    /// The digits of an integer, without leading zeros. There may be more than a `Double` holds.
    private let digits: [UInt8]?
    private let isNegative: Bool
    private let value: Double

    init?(_ bytes: [UInt8]) {
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        let marks: [UInt8] = [
            UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"),
        ]
        guard bytes.contains(where: isDigit), bytes.allSatisfy({ isDigit($0) || marks.contains($0) }),
            let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite
        else { return nil }
        self.value = value
        isNegative = bytes.first == UInt8(ascii: "-")
        let isSigned = isNegative || bytes.first == UInt8(ascii: "+")
        let rest = isSigned ? bytes.dropFirst() : bytes[...]
        digits = rest.allSatisfy(isDigit) ? Array(rest.drop { $0 == UInt8(ascii: "0") }) : nil
    }

    var canonical: String {
        // Beyond this bound, not every integer is a `Double`.
        if abs(value) < 0x1p53, value == value.rounded() { return String(Int64(value)) }
        if let digits { return (isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self) }
        return String(value)
    }

    func relation(to other: BootNumber) -> Boot.Relation {
        if canonical == other.canonical || value == other.value && (digits == nil || other.digits == nil) {
            return .same
        }
        return isSameMoment(as: other) ? .unclear : .different
    }

    /// Returns whether both may be the same start time, in seconds and milliseconds, or with and without a fraction.
    private func isSameMoment(as other: BootNumber) -> Bool {
        let (least, most) = (min(value, other.value), max(value, other.value))
        guard least >= UnixTime.plausible.lowerBound.seconds else { return false }
        let isFraction = digits == nil || other.digits == nil
        return [1_000.0, 1e6, 1e9].contains { abs(most / $0 - least) < 1 } || isFraction && most - least < 1
    }
}

private func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}

private func isHexDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
}
