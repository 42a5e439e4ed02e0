import Foundation
import Lab
import Monitoring
import TestSupport
import Testing

/// `alerts export` and `dashboards export`: the shipped files from the binary alone.
@Suite struct ExportCommandTests {
    private static let files = [
        "alerts": AlertRules.files().map(\.path), "dashboards": Monitoring.Dashboards.files().map(\.path),
    ]

    @Test(arguments: ["alerts", "dashboards"]) func `the files are those of the repository`(verb: String) async throws {
        let folder = try TemporaryFolder(prefix: "export")
        defer { folder.remove() }
        let outcome = try await Program.run([verb, "export", "--to", folder.path])
        let files = try #require(Self.files[verb])
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
        #expect(outcome.output.split(separator: "\n").count == files.count)
        for file in files {
            let written = try String(contentsOfFile: folder.file(file), encoding: .utf8)
            #expect(try written == String(contentsOf: repository.appending(path: file), encoding: .utf8), "\(file)")
        }
    }

    @Test func `what somebody changed stays, and nothing else is written, unless it is forced`() async throws {
        let folder = try TemporaryFolder(prefix: "export")
        defer { folder.remove() }
        let mine = folder.file("alerts/mcp-sessiond.rules.yaml")
        try FileManager.default.createDirectory(atPath: folder.file("alerts"), withIntermediateDirectories: true)
        try "groups: []\n".write(toFile: mine, atomically: true, encoding: .utf8)
        let refused = try await Program.run(["alerts", "export", "--to", folder.path])
        #expect(refused.status == 2 && refused.output.isEmpty, "\(refused)")
        #expect(refused.errors == "\(mine): existing and different; --force replaces\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("alerts")).count == 1)

        let forced = try await Program.run(["alerts", "export", "--force", "--to", folder.path])
        #expect(forced.status == 0, "\(forced)")
        // What is the same may be written again.
        let again = try await Program.run(["alerts", "export", "--to", folder.path])
        #expect(again.status == 0 && again.output == forced.output, "\(again)")
    }

    @Test func `a folder that cannot be is an error that names the file`() async throws {
        let folder = try TemporaryFolder(prefix: "export")
        defer { folder.remove() }
        try "".write(toFile: folder.file("file"), atomically: true, encoding: .utf8)
        let outcome = try await Program.run(["dashboards", "export", "--to", folder.file("file")])
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.errors == "\(folder.file("file"))/dashboards/mcp-sessions.json: cannot be written\n")
    }

    @Test func `selector and addresses stand in what is written`() async throws {
        let folder = try TemporaryFolder(prefix: "export")
        defer { folder.remove() }
        let outcome = try await Program.run([
            "alerts", "export", "--to", folder.path, "--selector", #"app="sessions""#, "--runbooks",
            "https://wiki.example/mcp", "--grafana", "https://grafana.example",
        ])
        #expect(outcome.status == 0, "\(outcome)")
        let rules = try String(contentsOfFile: folder.file("alerts/mcp-sessiond.rules.yaml"), encoding: .utf8)
        #expect(rules.contains(#"up{app="sessions"}"#))
        #expect(rules.contains("https://wiki.example/mcp/alerts/runbooks/McpNodeSuspect.md"))
        #expect(rules.contains("https://grafana.example/d/mcp-sessions?"))
    }
}
