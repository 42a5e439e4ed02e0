/// What JSON lines of one kind have in common: the bytes between their values, and which of the values have a role. A
/// logger writes few kinds again and again: one line of each is read by ``JSONWalk``, the others only compared with it.
final class JSONTemplate: Sendable {
    /// The bytes between the values, and the values.
    struct Outline: Sendable {
        var bytes: [UInt8] = []
        var steps: [Step] = []
    }

    /// A value that may be another in each line, and the bytes before it.
    struct Step: Sendable {
        /// Where in the outline's bytes those end; they begin where the last step's end.
        let end: Int
        let isNumber: Bool
        /// Nil where no role has it; then it may have escapes.
        let role: FieldRole?
        /// May hold a line of its own, which is an object.
        let mayWrap: Bool
    }

    /// What is known of a role's field whatever its value.
    struct Part: Sendable {
        var kind = Kind.none
        var mark: FieldMark = []
    }

    enum Kind: Sendable {
        /// No field has the role.
        case none
        case string, number, null, other
    }

    /// Bytes of the longest line that a template is made of.
    static let lineBytes = 2048

    let format: LineFormat
    let outline: Outline
    /// The same with the words that most lines have in common as bytes between the values: it is tried first, as bytes are
    /// compared sooner than values are found.
    let narrowOutline: Outline
    /// By the roles' numbers.
    let parts: [Part]
    /// ``CandidateFilter`` passes each line of this kind.
    let isCandidate: Bool
    /// The roles by whose values the pattern of an event is known.
    let keyRoles: [FieldRole]
    /// Its own among the templates of a reader.
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

/// The fields of a line of a known kind. They are in the line and what they are is in its template, which both must be
/// there as long as this is.
@safe struct TemplateFields: RoleFields {
    /// In bytes from the line's beginning.
    private struct Place {
        var start: UInt16 = 0
        var end: UInt16 = 0
    }

    /// The line, and what follows it.
    private let line: ByteView
    /// Nothing is counted for it: the reader has its templates all the while.
    private(set) unowned(unsafe) var template: JSONTemplate
    private var places = InlineArray<26, Place>(repeating: Place())
    /// Where the line ends.
    private(set) var end = 0

    init(_ line: ByteView, _ template: JSONTemplate) {
        self.line = line
        unsafe self.template = template
    }

    /// Compares what the line begins with. False where that is not of the template's kind, or where one of its values is
    /// to be looked at closely.
    mutating func fit(_ template: JSONTemplate) -> Bool {
        unsafe self.template = template
        return fit(template.narrowOutline) || fit(template.outline)
    }

    private mutating func fit(_ outline: JSONTemplate.Outline) -> Bool {
        let line = line
        return unsafe outline.bytes.withUnsafeBytes { bytes in
            var (at, from) = (line.startIndex, 0)
            for step in outline.steps {
                guard unsafe line.holds(bytes, from, step.end - from, at: at) else { return false }
                let start = at + step.end - from
                from = step.end
                guard let end = line.end(of: step, from: start) else { return false }
                at = end
                if let role = step.role {
                    // A line that is too long for these numbers does not fit in the end.
                    places[role.rawValue] = Place(
                        start: UInt16(truncatingIfNeeded: start - line.startIndex),
                        end: UInt16(truncatingIfNeeded: end - line.startIndex))
                }
            }
            end = at + bytes.count - from
            return unsafe line.holds(bytes, from, bytes.count - from, at: at) && end - line.startIndex <= UInt16.max
        }
    }

    subscript(role: FieldRole) -> RoleField<ByteView>? {
        let part = unsafe template.parts[role.rawValue]
        switch part.kind {
        case .none: return nil
        case .string: return RoleField(value: .string(text(at: role)), mark: part.mark)
        case .number: return RoleField(value: .number(text(at: role)), mark: part.mark)
        case .null: return RoleField(value: .null, mark: part.mark)
        case .other: return RoleField(value: .other, mark: part.mark)
        }
    }

    func text(at role: FieldRole) -> ByteView {
        let place = places.span[role.rawValue]
        return line[(line.startIndex + Int(place.start))..<(line.startIndex + Int(place.end))]
    }

    /// Of such a line no template is made.
    var namesTwoSessions: Bool { false }
    var message: ByteView { (text(.message) ?? text(.event))?.cleaned ?? ByteView() }
}

extension ByteView {
    /// Where the value of a step ends.
    @inline(__always)
    fileprivate func end(of step: JSONTemplate.Step, from start: Int) -> Int? {
        if step.isNumber { return endOfNumber(start) }
        guard let end = endOfString(start, isPlain: step.role != nil) else { return nil }
        return step.mayWrap && self[start..<end].trimmed.first == UInt8(ascii: "{") ? nil : end
    }

    /// Where a string's value ends that begins at `start`: at its quote, or if it must be plain, at a backslash already,
    /// so that no field with a role has one. Nil where it does not end, or has what is to be looked at closely.
    @inline(__always)
    fileprivate func endOfString(_ start: Int, isPlain: Bool) -> Int? {
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
                // How syslog daemons write the escape byte of a terminal's colours.
                if self[at...].starts(with: "#033[") { return nil }
                at += 1
            case 0x09: at += 1
            default: return nil
            }
        }
    }

    /// Past `\n`, `\"`, `\u2192`.
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

    /// Where a number ends that begins at `start`; nil where there is none.
    fileprivate func endOfNumber(_ start: Int) -> Int? {
        var at = start
        while at < endIndex, self[at].isNumeric { at += 1 }
        guard at > start, self[start].isDigit || self[start] == UInt8(ascii: "-"), self[at - 1].isDigit else {
            return nil
        }
        return at
    }
}
