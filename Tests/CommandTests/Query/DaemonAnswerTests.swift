import API
import Exposition
import HTTP
import Sessions
import Sockets
import Testing

@testable import mcp_sessiond

@Suite struct DaemonAnswerTests {
    private func error(_ status: Int, _ body: String) -> DaemonClientError? {
        do throws(DaemonClientError) {
            let received = try ReceivedAnswer(status: status, bytes: Array(body.utf8), server: "http://h")
            _ = try DaemonAnswer<StatusAnswer>(received)
            return nil
        } catch {
            return error
        }
    }

    private func problem(_ members: String) throws -> String {
        FilledDocument.filled(ProblemAnswer.self, try JSONValue(parsing: Array("{\(members)}".utf8))).compact
    }

    @Test(arguments: [
        (
            400, #""title":"Bad Request","detail":"unknown parameter","parameter":"limt""#,
            "Bad Request: unknown parameter (limt)", 2
        ),
        (
            401, #""title":"Unauthorized""#,
            "refused: Unauthorized; give a token in MCP_SESSIOND_TOKEN or with --token-file", 4
        ),
        (
            403, #""title":"Forbidden","detail":"needs read""#,
            "refused: Forbidden: needs read; give a token in MCP_SESSIOND_TOKEN or with --token-file", 4
        ),
        (404, #""title":"Not Found","detail":"no \u001b[2Jnode""#, "Not Found: no \\x1b[2Jnode", 1),
        (
            409, #""title":"Conflict","detail":"two","refs":["s:0000000000000001","s:0000000000000002"]"#,
            "Conflict: two (s:0000000000000001 s:0000000000000002)", 2
        ),
        (500, #""title":"Internal Server Error""#, "Internal Server Error", 3),
        (503, #""title":"Service Unavailable","detail":"not complete""#, "Service Unavailable: not complete", 3),
    ])
    func `a problem is one line and an exit code`(status: Int, members: String, line: String, code: Int32) throws {
        let error = error(status, try problem(members))
        #expect(error?.description == line)
        #expect(error?.status.rawValue == code)
    }

    @Test(arguments: [
        (502, "<html>", ": status 502"), (404, #"{"detail":"no route"}"#, ": status 404"),
        (200, "<html>", ": its answer is not JSON"),
        (200, "{}", ", or is another version of it: complete is not true or false"),
        (200, "[]", ", or is another version of it: it is not an object"),
        (
            200, #"{"complete":true,"instance":"a","data":{"findings":[{"finding":"x\u001b"}]}}"#,
            ", or is another version of it: data.findings[0].finding is not a Kind"
        ),
    ])
    func `what does not fit is named where it stands`(status: Int, body: String, words: String) {
        let error = error(status, body)
        #expect(error?.description == "what listens at http://h is not mcp-sessiond" + words)
        #expect(error?.status == .outOfReach)
    }

    @Test func `members that this version does not know stay in the answer as it came`() throws {
        let text = #"{"complete":true,"colour":"red","instance":"a","data":{"run":"r","shape":[1]}}"#
        let received = try ReceivedAnswer(status: 202, bytes: Array(text.utf8), server: "http://h")
        let answer = try DaemonAnswer<RunBegunAnswer>(received)
        #expect(answer.data.run == "r" && answer.received.bytes == Array(text.utf8))
        let part = answer.part(RunBegunAnswer(run: "s"), asReceived: ["run": "s", "size": 2])
        #expect(
            String(decoding: part.received.bytes, as: UTF8.self)
                == #"{"complete":true,"colour":"red","instance":"a","data":{"run":"s","size":2}}"# + "\n")
    }

    @Test(arguments: [
        (#""as_of":"2026-11-22T18:00:00.000Z","view_age_seconds":2.5,"complete":true"#, []),
        (
            #""as_of":"2026-11-22T18:00:00.000Z","view_age_seconds":2.5,"complete":false"#,
            ["WARNING: the view is incomplete: sessions may be missing, or shown though they are gone"]
        ),
        (
            #""as_of":"2026-11-22T18:00:00.000Z","view_age_seconds":125.0,"complete":true"#,
            ["WARNING: the view is stale: as of 2m5s ago"]
        ),
        (
            #""as_of":null,"view_age_seconds":null,"complete":false"#,
            ["WARNING: the first full scan is not complete: this answer is incomplete"]
        ),
    ])
    func `a view that is not complete or not fresh is warned about`(frame: String, warnings: [String]) throws {
        let answer: DaemonAnswer<[NodeRow]> = try Answers.list([], frame: frame)
        #expect(answer.frame.warnings() == warnings)
    }

    @Test(
        arguments: [
            ([], 0), ([("sessions_without_expiry", "note")], 0), ([("clients_stuck", "critical")], 1),
            ([("node_suspect", "warning")], 1), ([("node_dead", "critical"), ("redis_unreachable", "critical")], 3),
        ] as [([(String, String)], Int32)])
    func `what the daemon finds decides the exit code`(findings: [(String, String)], code: Int32) throws {
        let list = findings.map { Answers.finding($0.0, $0.1, "x") }.joined(separator: ",")
        let answer: DaemonAnswer<StatusAnswer> = try Answers.answer("{\"findings\":[\(list)]}")
        #expect(mcp_sessiond.ExitStatus.status(answer.data.findings).rawValue == code)
    }

    @Test func `a finding of a node is found wrong`() throws {
        func rows(_ findings: [String]...) throws -> [NodeRow] {
            try Answers.list(
                findings.map { Answers.node("node-1", "alive", owned: 3, orphaned: 0, findings: $0) }
            ).data
        }
        #expect(mcp_sessiond.ExitStatus.nodes(try rows([])) == .fine)
        for kind in ["node_suspect", "node_dead", "heartbeat_malformed"] {
            #expect(mcp_sessiond.ExitStatus.nodes(try rows([], [kind])) == .foundWrong, "\(kind)")
        }
    }

    @Test(arguments: [
        ("http://127.0.0.1:9850", "http://127.0.0.1:9850"), ("127.0.0.1:9850", "http://127.0.0.1:9850"),
        ("https://h/base/", "https://h/base"), ("http://[::1]:9850/", "http://[::1]:9850"), ("host", "http://host"),
    ])
    func `a server may be named in short`(text: String, server: String) throws {
        #expect(try DaemonClient(server: text, token: nil).server == server)
    }

    @Test(arguments: ["", "ftp://h", "http://user:secret@h", "http://h?x=1", "http://h#x", "http://", "unix:///x"])
    func `what is no server is refused, and shows no password`(text: String) {
        #expect {
            _ = try DaemonClient(server: text, token: nil)
        } throws: { error in
            let error = error as? DaemonClientError
            return error?.status == .usage && error?.description.contains("secret") == false
        }
    }

    @Test(arguments: [
        (true, [:], true), (true, ["NO_COLOR": ""], true), (true, ["NO_COLOR": "1"], false),
        (true, ["TERM": "dumb"], false),
        (false, [:], false),
    ])
    func `colour is for terminals without NO_COLOR`(isTerminal: Bool, environment: [String: String], isColoured: Bool) {
        #expect(Terminal.isColoured(isTerminal: isTerminal, environment: environment) == isColoured)
    }

    @Test(
        arguments: [
            ("http://h:1", .empty, "it closed the connection without an answer; does it serve TLS? (https://)"),
            ("https://h:1", .empty, "it closed the connection without an answer"),
            (
                "https://h:1", .connect(ConnectError(.untrusted, "self-signed certificate")),
                "self-signed certificate; is its authority among the system's? (docs/configuration.md#tls)"
            ),
            (
                "https://h:1", .connect(ConnectError(.notTLS, "wrong version number")),
                "wrong version number; does it serve plain HTTP? (http://)"
            ),
            ("https://h:1", .connect(ConnectError(.other, "it has expired")), "it has expired"),
            ("http://h:1", .connect(ConnectError(.hostName, "Name or service not known")), "no such host"),
            ("http://h:1", .timeout, "no answer within 5 s"),
        ] as [(String, HTTPClientError, String)])
    func `a failure is followed by what to try`(server: String, error: HTTPClientError, reason: String) {
        #expect(DaemonClientError(error, server: server) == .outOfReach(server: server, reason: reason))
    }
}
