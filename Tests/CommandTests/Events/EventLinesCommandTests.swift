import Digests
import Events
import Exposition
import Foundation
import Lab
import Testing

@testable import mcp_sessiond

/// `events test`: what lines are taken for.
@Suite struct EventLinesCommandTests {
    private static let id = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    private static let lines = [
        #"{"level":"INFO","msg":"listening","addr":"0.0.0.0:8080"}"#,
        #"{"level":"WARN","msg":"session exists in registry but not on this node","session_id":"\#(id)","node":"node-2"}"#,
        "2026-08-21 10:15:02 WARNING session 7c9e6679... not found",
        #"{"level":"WARN","msg":"unknown session","session_id":"\#(id)","node":"no"#,
        #"{"level":"INFO","msg":"session created","session_id":"\#(id)","node":"node-1"}"#,
    ]

    private func run(_ arguments: [String], input: String) async throws -> Program.Outcome {
        try await Program.run(["events", "test", "-"] + arguments, input: input)
    }

    @Test func `each line is shown with what it was taken for, and no id`() async throws {
        let outcome = try await run([], input: Self.lines.joined(separator: "\n"))
        let shown = """
            2  misroute  json  node-2  s:6316e01c9e1d33de
            3  miss  python_text  8 characters of an id
            4  malformed (parse_error)  json
            5  created  json  node-1  owner node-1  s:6316e01c9e1d33de

            lines       5, 4 of them read
            events      3
              misroute  1
              miss      1
              created   1
              rejected  1 parse_error
            formats     3 json, 1 python_text
            understood  75 %

            """
        #expect(outcome == .init(status: 0, output: shown, errors: ""))
    }

    @Test func `the summary counts what the lines show`() async throws {
        let outcome = try await run(["--summary"], input: Self.lines.joined(separator: "\n"))
        let shown = """
            lines       5
            events      3
              misroute  1
              miss      1
              created   1
              rejected  1 parse_error

            """
        #expect(outcome == .init(status: 0, output: shown, errors: ""))
    }

    @Test func `what cannot be read is 2`() async throws {
        for (path, reason) in [("/nonexistent.log", "No such file or directory"), ("/", "Is a directory")] {
            for arguments in [[], ["--summary"]] {
                let outcome = try await Program.run(["events", "test", path] + arguments)
                #expect(outcome == .init(status: 2, output: "", errors: "events test: \(path): \(reason)\n"))
            }
        }
    }

    /// However a file falls into chunks, the same is counted.
    @Test func `where a chunk ends makes no difference`() {
        var random = SplitMix64(seed: UInt64.random(in: 0...UInt64.max))
        var text: [UInt8] = []
        for _ in 0..<200 { text += Array(Self.lines[Int.random(in: 0..<5, using: &random)].utf8) + [0x0A] }
        text.removeLast()
        var whole = LineCount(LineReader.Options())
        whole.take(text.span)
        whole.finish()
        #expect(whole.lines == 200 && whole.events.values.reduce(0, +) > 0 && !whole.malformed.isEmpty)
        for most in [1, 7, 100, 5_000] {
            var parts = LineCount(LineReader.Options())
            var start = 0
            while start < text.count {
                let end = min(start + Int.random(in: 0...most, using: &random), text.count)
                parts.take(text.span.extracting(start..<end))
                start = end
            }
            parts.finish()
            #expect(parts.lines == whole.lines && parts.events == whole.events && parts.malformed == whole.malformed)
        }
    }

    @Test func `a line that never ends is one that is too long`() {
        var count = LineCount(LineReader.Options())
        count.take(Array(Self.lines[3].utf8).span)
        let piece = Array(repeating: UInt8(ascii: "x"), count: 1 << 16)
        for _ in 0..<4 { count.take(piece.span) }
        count.take(Array("\n\(Self.lines[1])\n".utf8).span)
        count.finish()
        #expect(count.lines == 2 && count.malformed == [.tooLong: 1] && count.events[.misroute] == 1)
    }
}
