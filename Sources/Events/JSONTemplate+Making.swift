extension JSONTemplate {
    /// Makes a template from the line `text`, which was parsed as `json`. Fails if lines of its kind must be parsed one
    /// by one.
    convenience init?(_ number: UInt32, _ text: ArraySlice<UInt8>, _ json: JSONLine) {
        let fields = json.fields
        let shape = JSONShape(fields)
        guard text.count <= Self.lineBytes, fields.count < LineLimits.fields, !Self.mayWrap(fields, shape),
            !Self.repeatsSession(fields)
        else { return nil }
        var parts = Array(repeating: Part(), count: FieldRole.allCases.count)
        var values = json.values
        var roles: [FieldRole?] = Array(repeating: nil, count: values.count)
        let best = FieldRoles(fields)
        for role in FieldRole.allCases {
            guard let field = best.field(role) else { continue }
            parts[role.rawValue].mark = field.mark
            parts[role.rawValue].kind = Kind(field.value)
            guard field.text != nil else { continue }
            // If the text is not in the line as it is, it must be made for each line.
            guard let value = field.number, let place = values[value].place(for: role, in: text) else { return nil }
            values[value].place = place
            roles[value] = role
        }
        let wrapping = Set(fields.filter { $0.depth == 0 && $0.mark == .message }.compactMap(\.number))
        func outline(isNarrow: Bool) -> Outline {
            var outline = Outline()
            var from = text.startIndex
            for (number, value) in values.enumerated() {
                let mayWrap = wrapping.contains(number)
                if isNarrow, roles[number] == nil, !mayWrap, value.isWord(in: text) { continue }
                outline.bytes += text[from..<value.place.lowerBound]
                from = value.place.upperBound
                outline.steps.append(
                    Step(end: outline.bytes.count, isNumber: value.isNumber, role: roles[number], mayWrap: mayWrap))
            }
            outline.bytes += text[from...]
            return outline
        }
        self.init(
            number, format: shape.format, outline: outline(isNarrow: false), narrowOutline: outline(isNarrow: true),
            parts: parts)
    }

    /// True if only the values tell whether the object wraps another line. If it depends on one value alone, which must
    /// not be an object, the step checks that.
    private static func mayWrap(_ fields: [LogField], _ shape: JSONShape) -> Bool {
        if shape.top.contains(.innerLine) { return true }
        guard shape.top.contains(.message) else { return false }
        return fields.contains { field in
            field.mark == .pod || field.path.starts(with: "kubernetes")
                || field.depth == 0 && field.mark == .message && !field.path.elementsEqual("message".utf8)
        }
    }

    /// True if two fields with the same path name the session. Such a line counts only if they agree.
    private static func repeatsSession(_ fields: [LogField]) -> Bool {
        let paths = fields.filter { $0.claim?.role == .session && !$0.isInList }.map(\.path)
        return Set(paths).count < paths.count
    }
}

extension JSONTemplate.Kind {
    fileprivate init(_ value: LogField.Value) {
        switch value {
        case .string: self = .string
        case .number: self = .number
        case .null: self = .null
        case .bool, .list, .opaque: self = .other
        }
    }
}
