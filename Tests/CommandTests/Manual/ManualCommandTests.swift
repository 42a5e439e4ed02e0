import Foundation
import Lab
import TestSupport
import Testing

/// The man page that is shipped says what `--help` says, verb by verb.
@Suite struct ManualCommandTests {
    /// The page as it is shipped.
    private static func page() throws -> String {
        try String(contentsOf: repository.appending(path: "docs/man/mcp-sessiond.1"), encoding: .utf8)
    }

    /// The flags that a part of the page has items for.
    private static func flags(_ part: Substring) -> Set<String> {
        let items = part.split(separator: "\n").filter { $0.hasPrefix(".It ") }
        return Set(items.flatMap { $0.matches(of: #/Fl -([a-z-]+)/#).map { String($0.output.1) } })
    }

    /// What stands between a heading and the next one of the same kind.
    private static func part(_ heading: String, until marks: [String], in page: String) -> Substring? {
        guard let start = page.range(of: heading + "\n") else { return nil }
        let rest = page[start.upperBound...]
        let ends = marks.compactMap { rest.range(of: "\n" + $0)?.lowerBound }
        return rest[..<(ends.min() ?? rest.endIndex)]
    }

    /// The verbs that `--help` lists for a verb, or for none.
    private static func verbs(of path: [String]) async throws -> [String] {
        let help = try await Program.run(path + ["--help"]).output
        let parts = help.split(separator: "\n\n").filter { $0.contains("SUBCOMMANDS:") }
        return parts.flatMap {
            $0.matches(of: #/(?m)^ {2}([a-z-]+)(?: \(default\))?(?: |$)/#).map { String($0.output.1) }
        }
    }

    @Test func `the page that is shipped is the one that the binary prints`() async throws {
        let printed = try await Program.run(["manual"])
        #expect(printed.status == 0 && printed.errors.isEmpty)
        let isSame = try Self.page() == printed.output
        #expect(isSame, "write it anew: mcp-sessiond manual > docs/man/mcp-sessiond.1")
    }

    @Test func `each verb and flag of the help stands in it, and none that is not`() async throws {
        let page = try Self.page()
        var inHelp: Set<String> = []
        for verb in try await Self.verbs(of: []) {
            let below = try await Self.verbs(of: [verb])
            for path in below.isEmpty ? [[verb]] : below.map({ [verb, $0] }) {
                let name = path.joined(separator: " ")
                inHelp.insert(name)
                let help = try await Program.run(path + ["--help"]).output
                let options = help.split(separator: "\n").filter { $0.hasPrefix("  -") }
                let wanted = Set(
                    options.flatMap { line in
                        line.prefix { $0 != "<" }.matches(of: #/(?:^ {2}|, )--([a-z-]+)/#).map { String($0.output.1) }
                    })
                #expect(wanted.isSuperset(of: ["help", "version"]), "\(name): \(help)")
                let part = try #require(Self.part(".Ss " + name, until: [".Ss ", ".Sh "], in: page), "\(name)")
                var found = Self.flags(part)
                for group in ["OPTIONS OF QUERY VERBS", "OPTIONS FOR SETTINGS"] where part.contains(group) {
                    found.formUnion(Self.flags(Self.part(".Sh " + group, until: [".Sh "], in: page) ?? ""))
                }
                found.formUnion(Self.flags(Self.part(".Sh OPTIONS OF ALL VERBS", until: [".Sh "], in: page) ?? ""))
                #expect(found == wanted, "\(name)")
            }
        }
        let inPage = Set(page.matches(of: #/(?m)^\.Ss (.+)$/#).map { String($0.output.1) })
        #expect(inPage == inHelp)
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/mandoc")))
    func `mandoc finds nothing to complain of, and renders it`() throws {
        let path = repository.appending(path: "docs/man/mcp-sessiond.1").path
        #expect(try Self.mandoc(["-T", "lint", "-W", "style", path]) == "")
        let text = try Self.mandoc(["-T", "ascii", path]).replacing(#/.\x08/#, with: "")
        #expect(text.contains("--token-file file") && text.contains("mcp-sessiond node [options] name"), "\(text)")
    }

    private static func mandoc(_ arguments: [String]) throws -> String {
        try ForeignProgram(["mandoc"] + arguments, input: [], package: "mandoc").text
    }
}
