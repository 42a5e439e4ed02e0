import YAML

/// The configuration file, parsed as YAML but not yet interpreted.
public struct SettingFile {
    /// The largest file that is read: 1 MiB.
    public static let byteLimit = 1 << 20

    public let path: String
    private let root: YAMLNode?

    /// Reads the file; throws if none of it can be used.
    public init(reading path: String) throws(SettingMistake) {
        let text: String
        do {
            text = try Self.text(of: path, byteLimit: Self.byteLimit)
        } catch {
            throw SettingMistake(.file(path: path), "", error.message)
        }
        try self.init(path: path, text: text)
    }

    public init(path: String, text: String) throws(SettingMistake) {
        self.path = path
        if let place = YAMLAnchors.first(in: text) {
            throw SettingMistake(
                .file(path: path, line: place.line, column: place.column), "",
                "anchors and aliases (&name, *name) are not supported")
        }
        do {
            root = try YAMLNode.root(of: text)
        } catch {
            throw Self.mistake(of: error, path: path)
        }
    }

    /// Parses a YAML list from the environment or a flag: `[{path: /a.log, node: n1}]`.
    public static func list(_ text: String, _ source: SettingSource) throws(SettingMistake) -> RawSetting {
        let file = try SettingFile(path: source.description, text: text)
        return file.root.map(file.raw) ?? RawSetting(.nothing, source)
    }

    /// The values of known keys. Unknown keys, and sections that are not mappings, are added to the mistakes.
    public func settings(_ mistakes: inout [SettingMistake]) -> [(key: SettingKey, raw: RawSetting)] {
        guard let root else { return [] }
        return settings(raw(root), section: "", &mistakes)
    }

    private func settings(
        _ raw: RawSetting, section: String, _ mistakes: inout [SettingMistake]
    ) -> [(key: SettingKey, raw: RawSetting)] {
        guard case .map(let fields) = raw.content else {
            // All keys of the section are commented out.
            if case .nothing = raw.content { return [] }
            let inner = section.isEmpty ? "sections" : "keys"
            mistakes.append(SettingMistake(raw.source, section, "\(raw.shown) is not a mapping of \(inner)"))
            return []
        }
        var given: [(key: SettingKey, raw: RawSetting)] = []
        for field in fields {
            let name = section.isEmpty ? field.key : "\(section).\(field.key)"
            if let key = SettingKey.all.first(where: { $0.path == name }) {
                given.append((key, field.value))
            } else if SettingKey.sections.contains(name) {
                given += settings(field.value, section: name, &mistakes)
            } else {
                mistakes.append(SettingMistake(field.keySource, name, Self.unknown(name)))
            }
        }
        return given
    }

    private static func unknown(_ name: String) -> String {
        if name == "redis.password" {
            return "unknown key: the password goes into redis.password_file or \(Settings.passwordVariable)"
        }
        let names = SettingKey.all.map(\.path) + SettingKey.sections
        return "unknown key" + Spelling.question(Spelling.nearest(to: name, among: names))
    }

    /// Converts the node, with the position of each value in this file.
    private func raw(_ node: YAMLNode) -> RawSetting {
        let source = source(node)
        switch node.content {
        case .text(let text, let isPlain):
            let isNothing = isPlain && ["", "~", "null", "Null", "NULL"].contains(text)
            return RawSetting(isNothing ? .nothing : .text(text), source)
        case .list(let elements): return RawSetting(.list(elements.map(raw)), source)
        case .map(let pairs):
            let fields = pairs.map { (key: $0.key.text ?? "?", keySource: self.source($0.key), value: raw($0.value)) }
            return RawSetting(.map(fields), source)
        }
    }

    private func source(_ node: YAMLNode) -> SettingSource {
        .file(path: path, line: node.mark.line, column: node.mark.column)
    }

    /// The YAML error as a mistake at its position.
    private static func mistake(of error: YAMLError, path: String) -> SettingMistake {
        func source(_ mark: YAMLMark) -> SettingSource { .file(path: path, line: mark.line, column: mark.column) }
        switch error {
        case .malformed(let problem, let mark): return SettingMistake(source(mark), "", "not YAML: \(problem)")
        case .unreadable(let problem, let line):
            return SettingMistake(.file(path: path, line: line), "", "not YAML: \(problem)")
        case .repeatedKey(let names, let first, let second):
            // The second one should be deleted. If both are on one line, where they are easily seen, the first one is
            // named.
            return SettingMistake(
                source(second.line == first.line ? first : second), names.joined(separator: "."),
                "appears twice, first in line \(first.line)")
        case .tooDeep(let mark):
            return SettingMistake(source(mark), "", "nested too deeply")
        case .outOfMemory: return SettingMistake(.file(path: path), "", "not YAML: out of memory")
        }
    }
}
