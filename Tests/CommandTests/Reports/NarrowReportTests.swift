import API
import Exposition
import Testing

@testable import mcp_sessiond

/// Whatever the registry holds, a table fits, and no byte of it acts upon the terminal.
@Suite struct NarrowReportTests {
    static let names = [
        String(repeating: "n", count: 500), "eu-west-1a/\(String(repeating: "pod", count: 40))-7f9",
        "\u{1B}[2J\u{1B}]0;x\u{7}",
        "a\nb\tc\rd", "\u{202E}evil", "\u{9B}31m", "節点" + String(repeating: "節", count: 80), "e\u{301}\u{200B}\u{FEFF}",
        "👩‍👩‍👧‍👦" + String(repeating: "🙂", count: 60), "", "\u{0}", "\u{2028}line",
    ]

    private func reports(of name: String) throws -> [[String]] {
        let escaped = String(JSONValue.string(name).compact.dropFirst().dropLast())
        let node = Answers.node(
            escaped, "dead", owned: .max / 2, orphaned: .max / 2, boot: escaped, malformed: "\"bad_json\"")
        let session = Answers.session(
            "s:00000000000000aa", "orphaned", reason: "owner_restarted", node: name, client: name)
        let frame = Answers.frame.replacing("host-a", with: escaped)
        let sessions: DaemonAnswer<[SessionRow]> = try Answers.list([session], frame: frame)
        let table = Report().sessionTable(sessions.data, in: sessions.frame)
        return [
            Report().nodes(try Answers.list([node], frame: frame)),
            Report().node(try Answers.answer(node, frame: frame)),
            [table.header] + Report().lines(sessions.data, in: sessions.frame, table),
            Report().explanation(try Answers.answer(session, frame: frame)),
            Report().status(try Answers.answer(Self.status(escaped), frame: frame)),
            Report().misroutes(try Answers.answer(Self.misroutes(escaped), frame: frame)),
            Report().misroutes(try Answers.answer("{}", frame: frame)),
            Report().cookie(
                try Answers.answer(
                    #"{"node":"\#(escaped)","status":"unknown","scheme":"haproxy_dynamic","proxy":"haproxy"}"#,
                    frame: frame)),
        ]
    }

    /// A status in which every text that comes from elsewhere is that name.
    private static func status(_ name: String) -> String {
        """
        {"redis":{"up":false,"endpoint":"\(name)","error":"\(name)"},"watch":{"mode":"scan","gap":"connection_lost",
        "tracking_refused":"\(name)","full_scan_failure":"\(name)"},"nodes":{"dead":\(Int.max),"\(name)_":1},
        "events":{"judged":1,"problems":{"\(name)_":"\(name)"}},"cleanup":{"mode":"delete","lease":{"holder":"\(name)",
        "epoch":1},"suspended":{"by":"\(name)","why":"\(name)"},"brakes":["clock_skew"],"refusal":"\(name)"},
        "findings":[{"what":"\(name)","evidence":"\(name)","command":"\(name)"}],
        "version":"\(name)","instances":[{"instance":"\(name)","version":"\(name)"},{"instance":"b","version":"1"}]}
        """
    }

    private static func misroutes(_ name: String) -> String {
        """
        {"totals":{"owner_restarted":\(Int.max / 4),"\(name)_":1},"causes":{"\(name)_":1},
        "matrix":[{"node":"\(name)","owner":"\(name)","verdict":"owner_restarted","count":1}],
        "clients":[{"client":"\(name)","count":1}],
        "sessions":[{"misrouted":1,"node":"\(name)","verdict":"owner_restarted"}],
        "recent":[{"node":"\(name)","owner":"\(name)","verdict":"owner_restarted","client":"\(name)"}]}
        """
    }

    @Test(arguments: names)
    func `no line is wider than a hundred columns`(name: String) throws {
        for line in try reports(of: name).joined() {
            #expect(HarmlessText(line).columns <= 100, "\(line)")
        }
    }

    @Test(arguments: names)
    func `no control character reaches the terminal`(name: String) throws {
        for line in try reports(of: name).joined() {
            #expect(HarmlessText(line).text == line)
        }
    }

    @Test(arguments: [
        ("node-1", "node-1"), ("\u{1B}[31m", "\\x1b[31m"), ("a\nb", "a\\x0ab"), ("\u{202E}x", "\\u{202e}x"),
        ("\u{9B}", "\\x9b"), ("é節🙂", "é節🙂"), ("\u{7F}", "\\x7f"),
    ])
    func `what would act upon the terminal is written out`(raw: String, shown: String) {
        #expect(HarmlessText(raw).text == shown)
    }

    @Test(arguments: [
        ("node-1", 6, "node-1"), ("node-10", 6, "nod…10"), ("abcdefgh", 5, "ab…gh"), ("abcdefgh", 4, "ab…h"),
        ("abc", 1, "…"),
        ("abc", 0, ""), ("節節節節", 5, "節…節"), ("節節節節", 4, "節…"), ("", 3, ""),
    ])
    func `long names lose their middle`(text: String, limit: Int, cut: String) {
        #expect(HarmlessText(text).cut(to: limit) == cut)
    }

    @Test func `the document for a terminal escapes what JSON lets through`() {
        #expect(JSONText.harmless("{\n\"a\":\"\u{9B}\u{202E}é\"}") == "{\n\"a\":\"\\u009b\\u202eé\"}")
    }
}
