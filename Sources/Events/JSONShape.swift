/// The marks of a JSON object's fields, which identify its logger.
struct JSONShape: Sendable {
    /// The marks of the fields at the top.
    private(set) var top: FieldMark = []
    /// The marks of all fields.
    private(set) var all: FieldMark = []
    /// True if the level is a number, as pino writes it.
    private(set) var hasNumericLevel = false

    mutating func note(_ mark: FieldMark, depth: Int, isNumber: Bool) {
        if depth == 0 {
            if mark == .level, !top.contains(.level) { hasNumericLevel = isNumber }
            top.formUnion(mark)
        }
        all.formUnion(mark)
    }

    /// The format of the logger that writes such objects.
    var format: LineFormat {
        func has(_ marks: FieldMark) -> Bool { top.isSuperset(of: marks) }
        if has(.traefik) { return .traefikJSON }
        if has([.logLevel, .category]) || all.contains(.originalFormat) { return .dotnetJSON }
        if has([.level, .target]) { return .rustTracingJSON }
        if has(.python) { return .pythonJSON }
        if hasNumericLevel { return has(.msg) || has(.pid) ? .pino : .json }
        if has([.shortLevel, .shortMessage]) || has([.ts, .msg]) || has([.ts, .caller]) { return .zapJSON }
        if has(.event), has(.timestamp) || has(.level) { return .structlogJSON }
        if has([.time, .level, .msg]) { return .slogJSON }
        return .json
    }
}

extension JSONShape {
    init(_ fields: [LogField]) {
        for field in fields {
            let isNumber = if case .number = field.value { true } else { false }
            note(field.mark, depth: field.depth, isNumber: isNumber)
        }
    }
}
