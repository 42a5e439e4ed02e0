import API
import Foundation
import Lab
import Testing

@testable import mcp_sessiond

@Suite struct DemoCommandTests {
    @Test(arguments: [
        ("k node-2", DemoOrder.action(.kill(node: "node-2"))), ("  r   2 ", .action(.restart(node: "node-2"))),
        ("d node-1", .action(.drain(node: "node-1"))), ("q", .quit), ("", .nothing), ("   ", .nothing),
    ])
    func `orders are understood`(line: String, order: DemoOrder) throws {
        #expect(try DemoOrder(line, nodes: Demo.nodes) == order)
    }

    @Test(arguments: ["x", "k", "k node-9", "k node-1 node-2", "kill node-1", "q now", "\u{1B}[A"])
    func `other words are no orders`(line: String) {
        #expect(throws: DemoOrder.Mistake.self) { try DemoOrder(line, nodes: Demo.nodes) }
    }

    @Test func `the demo ends by itself, says what to try, and leaves nothing behind`() async throws {
        let folder = try TemporaryFolder(prefix: "demo")
        defer { folder.remove() }
        let outcome = try await Program.run(["demo", "--calm", "--seconds", "2"], environment: ["TMPDIR": folder.path])
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
        #expect(outcome.output.contains(" sessions --state orphaned --server http://127.0.0.1:"))
        #expect(outcome.output.contains(" owned, 0 orphaned, "))
        #expect(!outcome.output.contains("\u{1B}"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `a signal ends all of it`(number: Int32) async throws {
        let folder = try TemporaryFolder(prefix: "demo")
        defer { folder.remove() }
        let program = try Program(["demo"], environment: ["TMPDIR": folder.path])
        defer { program.end() }
        try waitUntil("the demo to begin") { program.output.contains(" owned, ") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) != [])
        kill(program.process.processIdentifier, number)
        let outcome = await program.finish()
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test(arguments: [
        ("a", "a"), ("/x/y-1.2", "/x/y-1.2"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("", "''"), ("$(x)", "'$(x)'"),
    ])
    func `a path stands in a command as the shell takes it`(word: String, quoted: String) {
        #expect(ShellWord.quoted(word) == quoted)
    }

    @Test func `the screen fits low and narrow terminals`() throws {
        let screen = DemoScreen(
            server: "http://127.0.0.1:40000", isCalm: false, isColoured: false, command: "mcp-sessiond")
        let nodes: DaemonAnswer<[NodeRow]> = try Answers.list(
            ["node-1", "node-2", "node-3"].map { Answers.node($0, "alive", owned: 40, orphaned: 0) })
        let status: DaemonAnswer<StatusAnswer> = try Answers.answer(Answers.status)
        var story = DemoStory()
        for second in 0..<20 { story.tell("something happens", at: Double(second)) }
        for (rows, columns) in [(24, 80), (30, 100), (50, 200)] {
            let lines = screen.lines(
                nodes: nodes, sessions: status.data.sessions, story: story, elapsed: 65,
                example: "s:0123456789abcdef", size: (rows, columns))
            let used = lines.reduce(0) { $0 + 1 + max($1.count - 1, 0) / columns }
            #expect(used < rows, "\(rows)x\(columns): \(used)\n\(lines.joined(separator: "\n"))")
            #expect(lines.contains("  0m19s  something happens"))
        }
    }
}
