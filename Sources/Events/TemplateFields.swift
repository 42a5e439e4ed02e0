/// The fields of a line of a known kind: their bytes are in the line, their roles in the template. Both must outlive
/// this value.
@safe struct TemplateFields: RoleFields {
    /// The bounds of a value, in bytes from the beginning of the line.
    private struct Place {
        var start: UInt16 = 0
        var end: UInt16 = 0
    }

    /// The line and everything after it.
    private let line: ByteView
    /// The template, without reference counting, since the reader keeps its templates in the meantime.
    private(set) unowned(unsafe) var template: JSONTemplate
    private var places = InlineArray<26, Place>(repeating: Place())
    /// The end of the line.
    private(set) var end = 0

    init(_ line: ByteView, _ template: JSONTemplate) {
        self.line = line
        unsafe self.template = template
    }

    /// Compares the line with a template. Returns false if it is not of that kind, or if a value needs the full parser.
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
                    // A line that is too long for these numbers is rejected below.
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

    /// False, since such a line makes no template.
    var namesTwoSessions: Bool { false }
    var message: ByteView { (text(.message) ?? text(.event))?.cleaned ?? ByteView() }
}
