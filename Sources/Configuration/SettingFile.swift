import Foundation
import Yams

/// The configuration file, read and parsed but not yet understood.
public struct SettingFile {
    /// Largest file that is read: 1 MiB.
    public static let byteLimit = 1 << 20

    public let path: String
    private let root: Node?

    /// Reads the file; throws what makes all of it unreadable.
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
                "anchors and aliases (&name, *name) are not read")
        }
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw Self.mistake(of: error, path: path, text: text)
        } catch {
            throw SettingMistake(.file(path: path), "", "not YAML: \(error)")
        }
    }

    /// A list in YAML's own form in the environment or a flag: `[{path: /a.log, node: n1}]`.
    public static func list(_ text: String, _ source: SettingSource) throws(SettingMistake) -> RawSetting {
        let file = try SettingFile(path: source.description, text: text)
        return file.root.map(file.raw) ?? RawSetting(.nothing, source)
    }

    /// The values of known keys; unknown keys and sections that are none are added to the mistakes.
    public func settings(_ mistakes: inout [SettingMistake]) -> [(key: SettingKey, raw: RawSetting)] {
        guard let root else { return [] }
        return settings(raw(root), section: "", &mistakes)
    }

    private func settings(
        _ raw: RawSetting, section: String, _ mistakes: inout [SettingMistake]
    ) -> [(key: SettingKey, raw: RawSetting)] {
        guard case .map(let fields) = raw.content else {
            // A section whose keys are all commented out.
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

    /// The node without YAML's own types: a text is a text, whatever YAML thinks it could be.
    private func raw(_ node: Node) -> RawSetting {
        let source = source(node)
        switch node {
        case .scalar(let scalar):
            let isNull = scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
            return RawSetting(isNull ? .nothing : .text(scalar.string), source)
        case .sequence(let sequence): return RawSetting(.list(sequence.map(raw)), source)
        case .mapping(let mapping):
            return RawSetting(
                .map(
                    mapping.map {
                        (key: $0.key.scalar?.string ?? "?", keySource: self.source($0.key), value: raw($0.value))
                    }),
                source)
        case .alias: return RawSetting(.nothing, source)
        }
    }

    private func source(_ node: Node) -> SettingSource {
        .file(path: path, line: node.mark?.line, column: node.mark?.column)
    }
}

extension SettingFile {
    /// A small text file. What cannot be read, is too large or not UTF-8 is said in words without the path.
    public static func text(of path: String, byteLimit: Int) throws(SettingProblem) -> String {
        let data: Data
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            data = try file.read(upToCount: byteLimit + 1) ?? Data()
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile || error.code == .fileNoSuchFile {
            throw SettingProblem(message: "no such file")
        } catch let error as CocoaError where error.code == .fileReadNoPermission {
            throw SettingProblem(message: "permission denied")
        } catch {
            throw SettingProblem(message: "cannot be read")
        }
        guard data.count <= byteLimit else { throw SettingProblem(message: "larger than \(byteLimit) bytes") }
        guard let text = String(validating: data, as: UTF8.self) else { throw SettingProblem(message: "not UTF-8") }
        return text
    }

    /// What libyaml says, at its place.
    private static func mistake(of error: YamlError, path: String, text: String) -> SettingMistake {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            // `path: *.log`: libyaml's words would not tell that quotes are the mend.
            let isAlias = context?.text.contains("alias") == true || problem.contains("alias")
            let hint = isAlias ? " (put quotes around a text that begins with *)" : ""
            return SettingMistake(
                .file(path: path, line: mark.line, column: mark.column), "", "not YAML: \(problem)\(hint)")
        case .duplicatedKeysInMapping(let keys, let context):
            let key = keys.first ?? ""
            let mark = secondPlace(of: key, first: context.mark, in: text)
            return SettingMistake(
                .file(path: path, line: mark.line, column: mark.column),
                fullKey(key, at: context.mark, in: text),
                "stands there twice, first in line \(context.mark.line)")
        case .reader(let problem, let offset, _, _):
            let line = text.prefix(offset ?? 0).count { $0.isNewline } + 1
            return SettingMistake(.file(path: path, line: line), "", "not YAML: \(problem)")
        default:
            return SettingMistake(.file(path: path), "", "not YAML")
        }
    }

    /// Yams gives the place of a repeated key's first use; the one to delete is the next in the same column. In a
    /// mapping written on one line it is not searched for: the line is right anyway.
    private static func secondPlace(of key: String, first: Mark, in text: String) -> (line: Int, column: Int) {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        for line in lines.indices.dropFirst(first.line) {
            let indented = lines[line].prefix { $0 == " " }.count + 1
            guard indented == first.column else { continue }
            let rest = lines[line].dropFirst(first.column - 1)
            if ["", "\"", "'"].contains(where: { rest.hasPrefix($0 + key + $0 + ":") }) {
                return (line + 1, first.column)
            }
        }
        return (first.line, first.column)
    }

    /// `nodes.dead_after` for `dead_after`: with the names of the less indented keys above it.
    private static func fullKey(_ key: String, at mark: Mark, in text: String) -> String {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        var words = [key]
        var column = mark.column
        for line in lines.prefix(mark.line).reversed() {
            let indented = line.prefix { $0 == " " }.count + 1
            let word = line.dropFirst(indented - 1).prefix { $0.isASCII && ($0.isLetter || $0 == "_") }
            guard indented < column, !word.isEmpty, line.dropFirst(indented - 1 + word.count).hasPrefix(":") else {
                continue
            }
            words.insert(String(word), at: 0)
            column = indented
        }
        return words.joined(separator: ".")
    }
}
