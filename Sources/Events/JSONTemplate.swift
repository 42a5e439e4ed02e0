/// The common part of JSON lines of one kind: the bytes between their values, and the roles of the values. A logger
/// writes a few kinds of lines again and again. ``JSONWalk`` parses one of each; the others are only compared with it.
final class JSONTemplate: Sendable {
    /// The bytes between the values, and the values.
    struct Outline: Sendable {
        var bytes: [UInt8] = []
        var steps: [Step] = []
    }

    /// A value that differs from line to line, and the bytes before it.
    struct Step: Sendable {
        /// The end of those bytes in the outline; they begin at the end of the previous step's.
        let end: Int
        let isNumber: Bool
        /// The role of the value; nil if it has none, in which case it may contain escapes.
        let role: FieldRole?
        /// True if the value may be a line of its own, that is, an object.
        let mayWrap: Bool
    }

    /// The part of a role's field that does not depend on its value.
    struct Part: Sendable {
        var kind = Kind.none
        var mark: FieldMark = []
    }

    enum Kind: Sendable {
        /// No field has the role.
        case none
        case string, number, null, other
    }

    /// The longest line that becomes a template, in bytes.
    static let lineBytes = 2048

    let format: LineFormat
    let outline: Outline
    /// The same outline, but words that most lines have in common count as bytes between the values. It is tried first,
    /// since comparing bytes is faster than finding values.
    let narrowOutline: Outline
    /// The parts of all roles, by their raw values.
    let parts: [Part]
    /// True if ``CandidateFilter`` passes each line of this kind.
    let isCandidate: Bool
    /// The roles whose values identify the pattern of an event.
    let keyRoles: [FieldRole]
    /// The template's number, which is unique in its reader.
    let number: UInt32

    init(_ number: UInt32, format: LineFormat, outline: Outline, narrowOutline: Outline, parts: [Part]) {
        self.format = format
        self.outline = outline
        self.narrowOutline = narrowOutline
        self.parts = parts
        self.number = number
        keyRoles = outline.steps.compactMap(\.role).filter { EventPatterns.isKey($0) }
        var start = 0
        isCandidate = (outline.steps.map(\.end) + [outline.bytes.count]).contains { end in
            defer { start = end }
            return CandidateFilter.isCandidate(outline.bytes.span.extracting(start..<end))
        }
    }
}
