/// The fields of one mapping in a list, taken out one by one; those left at the end are unknown.
struct RecordFields {
    private let source: SettingSource
    private let path: String
    private var rest: [(key: String, keySource: SettingSource, value: RawSetting)]
    private var names: [String] = []
    private var mistakes: [SettingMistake] = []

    /// Returns nil and adds a mistake if the value is not a mapping.
    init?(_ raw: RawSetting, _ path: String, shorthand: String? = nil, _ mistakes: inout [SettingMistake]) {
        switch raw.content {
        case .map(let fields): rest = fields
        case .nothing, .text, .list:
            // MCP_SESSIOND_EVENTS_FILES=/a.log,/b.log
            if raw.isLine, let shorthand {
                rest = [(shorthand, raw.source, raw)]
                break
            }
            mistakes.append(SettingMistake(raw.source, path, "\(raw.shown) is not a mapping ({name: value})"))
            return nil
        }
        source = raw.source
        self.path = path
    }

    /// Takes an optional field; nil if it is missing or has a mistake.
    mutating func optional<Value>(_ name: String, _ type: SettingType<Value>) -> Value? {
        names.append(name)
        guard let place = rest.firstIndex(where: { $0.key == name }) else { return nil }
        return type.read(rest.remove(at: place).value, "\(path).\(name)", &mistakes)
    }

    /// Takes a required field; nil if it is missing or has a mistake.
    mutating func required<Value>(_ name: String, _ type: SettingType<Value>) -> Value? {
        if !rest.contains(where: { $0.key == name }) {
            mistakes.append(SettingMistake(source, path, "\(name) is missing"))
        }
        return optional(name, type)
    }

    /// Takes a field that is itself a mapping, which `read` reads.
    mutating func nested<Value>(_ name: String, read: (inout RecordFields) -> Value) -> Value? {
        names.append(name)
        guard let place = rest.firstIndex(where: { $0.key == name }) else { return nil }
        let field = rest.remove(at: place).value
        guard var fields = RecordFields(field, "\(path).\(name)", &mistakes) else { return nil }
        let value = read(&fields)
        mistakes += fields.finish()
        return value
    }

    /// Returns all mistakes, including those for unknown fields.
    consuming func finish() -> [SettingMistake] {
        for field in rest {
            let question = Spelling.question(Spelling.nearest(to: field.key, among: names))
            mistakes.append(SettingMistake(field.keySource, "\(path).\(field.key)", "unknown key" + question))
        }
        return mistakes
    }
}
