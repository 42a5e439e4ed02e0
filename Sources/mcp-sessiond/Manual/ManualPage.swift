import Exposition

/// The man page in mdoc: the flags of every verb, as ArgumentParser knows them, between the texts that hold for all
/// verbs.
struct ManualPage {
    /// Groups of flags that several verbs share. They are described once; a verb that has all of a group refers to it.
    static let groups: [(title: String, flags: [String])] = [
        ("OPTIONS OF QUERY VERBS", ["server", "token-file", "watch", "output"]),
        ("OPTIONS FOR SETTINGS", ["config", "redis", "listen", "log-level"]),
    ]
    /// Flags of every verb.
    static let common = ["help", "version"]

    private let root: JSONValue
    private var lines: [String] = []

    init(_ root: JSONValue) {
        self.root = root
        writePage()
    }

    var text: String { lines.flatMap(Self.wrapped).joined(separator: "\n") + "\n" }

    private mutating func writePage() {
        lines += [".Dd \(ManualText.date)", ".Dt MCP-SESSIOND 1", ".Os", ".Sh NAME", ".Nm mcp-sessiond"]
        lines.append(".Nd " + Self.lowered(root["abstract"]?.string ?? ""))
        lines.append(".Sh SYNOPSIS")
        for verb in leaves(of: root, path: []) { writeSynopsis(verb.path, verb.command) }
        lines += [".Nm", ".Fl -help | Fl -version", ".Sh DESCRIPTION"]
        lines += ManualText.description
        lines.append(".Sh VERBS")
        for verb in leaves(of: root, path: []) { writeVerb(verb.path, verb.command) }
        for group in Self.groups { writeGroup(group.title, group.flags) }
        lines += [".Sh OPTIONS OF ALL VERBS", ".Bl -tag -width Ds"]
        for name in Self.common { if let flag = flag(name, anywhereIn: root) { writeItem(flag) } }
        lines.append(".El")
        lines += ManualText.rest
    }

    /// All commands that can be run, in the order of `--help`; a verb that only has verbs below it is not one of them.
    private func leaves(of command: JSONValue, path: [String]) -> [(path: [String], command: JSONValue)] {
        (command["subcommands"]?.array ?? []).flatMap { child -> [(path: [String], command: JSONValue)] in
            let name = child["commandName"]?.string ?? ""
            guard name != "help", child["shouldDisplay"]?.bool != false else { return [] }
            let below = leaves(of: child, path: path + [name])
            return below.isEmpty ? [(path + [name], child)] : below
        }
    }

    private mutating func writeSynopsis(_ path: [String], _ command: JSONValue) {
        lines.append(".Nm")
        lines.append(".Cm " + path.joined(separator: " "))
        let arguments = Self.arguments(of: command)
        if arguments.contains(where: { !Self.isPositional($0) }) { lines.append(".Op Ar options") }
        for argument in arguments where Self.isPositional(argument) {
            let value = argument["valueName"]?.string ?? "value"
            lines.append((argument["isOptional"]?.bool == true ? ".Op Ar " : ".Ar ") + value)
        }
    }

    private mutating func writeVerb(_ path: [String], _ command: JSONValue) {
        lines.append(".Ss " + path.joined(separator: " "))
        lines += Self.sentences(command["abstract"]?.string ?? "")
        if let discussion = command["discussion"]?.string {
            let parts = discussion.split(separator: "\n").map { Self.sentences(String($0)) }
            lines += [".Pp"] + parts.joined(separator: [".br"])
        }
        let arguments = Self.arguments(of: command)
        let names = arguments.compactMap(Self.longName)
        let groups = Self.groups.filter { $0.flags.allSatisfy(names.contains) }
        let shared = Set(groups.flatMap(\.flags) + Self.common)
        let own = arguments.filter { argument in Self.longName(argument).map { !shared.contains($0) } ?? true }
        if !own.isEmpty {
            lines.append(".Bl -tag -width Ds")
            for argument in own { writeItem(argument) }
            lines.append(".El")
        }
        if !groups.isEmpty {
            lines.append(".Pp")
            let titles = groups.map { ".Sx \($0.title)" }
            lines += ["Also the"] + titles.joined(separator: "\nand the\n").split(separator: "\n").map(String.init)
            lines[lines.count - 1] += " ."
        }
    }

    private mutating func writeGroup(_ title: String, _ flags: [String]) {
        lines += [".Sh " + title, ".Bl -tag -width Ds"]
        for name in flags { if let flag = flag(name, anywhereIn: root) { writeItem(flag) } }
        lines.append(".El")
    }

    /// `.It Fl o , Fl -output Ar output`
    private mutating func writeItem(_ argument: JSONValue) {
        let value = argument["valueName"]?.string ?? "value"
        guard !Self.isPositional(argument) else {
            lines.append(".It Ar " + value)
            lines += Self.sentences(argument["abstract"]?.string ?? "")
            return
        }
        let names = (argument["names"]?.array ?? []).map { name in
            "Fl " + (name["kind"]?.string == "long" ? "-" : "") + (name["name"]?.string ?? "")
        }
        let isFlag = argument["kind"]?.string == "flag"
        // The value may be left out.
        let isBare = argument["parsingStrategy"]?.string == "scanningForValue"
        lines.append(".It " + names.joined(separator: " , ") + (isFlag ? "" : (isBare ? " Op" : "") + " Ar " + value))
        lines += Self.sentences(argument["abstract"]?.string ?? "")
        if let standard = argument["defaultValue"]?.string, !isFlag {
            lines += Self.sentences("\(isBare ? "Without a value" : "Default"): \(standard).")
        }
    }

    // MARK: Parts of the tree

    private static func arguments(of command: JSONValue) -> [JSONValue] {
        (command["arguments"]?.array ?? []).filter { $0["shouldDisplay"]?.bool != false }
    }

    private static func isPositional(_ argument: JSONValue) -> Bool { argument["kind"]?.string == "positional" }

    private static func longName(_ argument: JSONValue) -> String? {
        argument["names"]?.array?.first { $0["kind"]?.string == "long" }?["name"]?.string
    }

    private func flag(_ name: String, anywhereIn command: JSONValue) -> JSONValue? {
        if let found = Self.arguments(of: command).first(where: { Self.longName($0) == name }) { return found }
        return (command["subcommands"]?.array ?? []).lazy.compactMap { flag(name, anywhereIn: $0) }.first
    }

    // MARK: Text

    private static func lowered(_ text: String) -> String {
        text.prefix(1).lowercased() + (text.hasSuffix(".") ? text.dropFirst().dropLast() : text.dropFirst())
    }

    /// Longest line of text in the file; a macro line is not broken.
    private static let lineLimit = 79

    /// Text broken at spaces.
    private static func wrapped(_ line: String) -> [String] {
        guard !line.hasPrefix("."), line.utf8.count > lineLimit else { return [line] }
        var lines: [String] = []
        for word in line.split(separator: " ") {
            if let last = lines.last, last.utf8.count + 1 + word.utf8.count <= lineLimit {
                lines[lines.count - 1] = last + " " + word
            } else {
                // A word at the beginning of a line must not be taken for a macro.
                lines.append((lines.isEmpty || !word.hasPrefix(".") ? "" : "\\&") + word)
            }
        }
        return lines
    }

    /// One sentence per line, as mdoc wants it; nothing in it is taken for a macro.
    private static func sentences(_ text: String) -> [String] {
        text.replacing(". ", with: ".\n").split(separator: "\n").map { line in
            let escaped = line.replacing("\\", with: "\\e")
            return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : String(escaped)
        }
    }
}
