import Exposition

/// An answer as YAML, in the block style that people expect of `-o yaml`.
struct YAMLText {
    private(set) var lines: [String] = []

    init(_ value: JSONValue) {
        write(value, prefix: "", indentation: 0)
    }

    /// `prefix` is the part of the line already written: the indentation with `key:` or `-`.
    private mutating func write(_ value: JSONValue, prefix: String, indentation: Int) {
        let inner = String(repeating: " ", count: indentation)
        switch value {
        case .object(let members) where !members.isEmpty:
            var first = prefix
            if prefix.hasSuffix(":") {
                lines.append(prefix)
                first = ""
            }
            for (position, member) in members.enumerated() {
                let lead = position == 0 && !first.isEmpty ? first + " " : inner
                write(member.value, prefix: lead + Self.scalar(member.key) + ":", indentation: indentation + 2)
            }
        case .array(let elements) where !elements.isEmpty:
            if !prefix.isEmpty { lines.append(prefix) }
            // A list is not indented deeper than its key.
            let depth = prefix.hasSuffix(":") ? max(indentation - 2, 0) : indentation
            let dash = String(repeating: " ", count: depth) + "-"
            for element in elements { write(element, prefix: dash, indentation: depth + 2) }
        case .object: lines.append(Self.join(prefix, "{}"))
        case .array: lines.append(Self.join(prefix, "[]"))
        case .string(let text): lines.append(Self.join(prefix, Self.scalar(text)))
        case .null, .bool, .int, .double: lines.append(Self.join(prefix, value.compact))
        }
    }

    private static func join(_ prefix: String, _ text: String) -> String { prefix.isEmpty ? text : prefix + " " + text }

    /// Plain if no reader could take it for anything but a text, else in double quotes, which YAML shares with JSON.
    private static func scalar(_ text: String) -> String {
        let words = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
        let isPlain =
            text.utf8.first.map(isLetter) == true && !words.contains(text.lowercased())
            && text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || "_-./".utf8.contains($0) }
        return isPlain ? text : JSONText.harmless(JSONValue.string(text).compact)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
