import Sessions
import Testing

@testable import Events

@Suite struct LineReaderTests {
    private static let misroute =
        #"{"level":"WARN","target":"n","message":"session not on this node","session_id":"\#(ID.a)"}"#

    @Test func allPartsOfAnEventAreTaken() throws {
        var reader = LineReader()
        let reading = reader.read(
            #"{"timestamp":"2026-08-21T10:15:02.123Z","level":"WARN","target":"n","message":"misroute","session_id":"\#(ID.a)","#
                + #""node":"node-b","owner":{"node":"node-a","boot":"b7"},"cookie":"d1a653a6b43e2e0b","#
                + #""client":{"name":"claude-code","version":"2.1"},"status":404}"#)
        let expected = LogEvent(
            kind: .misroute, session: .full(try SessionID(Array(ID.a.utf8).span, maxLength: 1024)), node: "node-b",
            owner: LogOwner(node: "node-a", boot: "b7"), time: UnixTime(milliseconds: 1_787_307_302_123),
            cookie: .value("d1a653a6b43e2e0b"), client: "claude-code", status: 404)
        #expect(reading.outcome == .event(expected))
        #expect(reading.format == .rustTracingJSON)
    }

    @Test(
        arguments: [
            ("1787307302", 1_787_307_302_000), ("1787307302.5", 1_787_307_302_500),
            ("1787307302123", 1_787_307_302_123),
            ("1787307302123456", 1_787_307_302_123), ("1787307302123456789", 1_787_307_302_123),
            (#""2026-08-21T10:15:02.5Z""#, 1_787_307_302_500), (#""2026-08-21 10:15:02,500""#, 1_787_307_302_500),
            (#""2026-08-21 12:15:02.500 +02:00""#, 1_787_307_302_500), (#""10:15AM""#, nil), (#""10:15:02.123""#, nil),
            ("null", nil),
        ] as [(String, Int64?)])
    func timesAreReadInEveryUnit(stamp: String, milliseconds: Int64?) {
        var reader = LineReader()
        let reading = reader.read(#"{"time":\#(stamp),"level":"WARN","msg":"unknown session","session_id":"\#(ID.a)"}"#)
        guard case .event(let event) = reading.outcome else {
            Issue.record("no event")
            return
        }
        #expect(event.time?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "1", "-1787307302", "99999999999999999999", #""2026-13-41T10:15:02Z""#, #""1999-01-01T00:00:00Z""#,
    ])
    func aTimeThatCannotBeIsAFaultOfItsOwn(stamp: String) {
        var reader = LineReader()
        let reading = reader.read(#"{"time":\#(stamp),"level":"WARN","msg":"unknown session","session_id":"\#(ID.a)"}"#)
        #expect(reading.outcome == .malformed(.badTime))
    }

    @Test func linesAndIDsBeyondTheirBoundsAreTooLong() {
        var reader = LineReader()
        let long = String(repeating: "a", count: LineLimits.lineBytes + 1)
        #expect(reader.read(long).outcome == .malformed(.tooLong))
        #expect(
            reader.read("unknown session session_id=\(String(repeating: "a", count: 1025))").outcome
                == .malformed(.tooLong))
        #expect(
            Told(reader.read("unknown session session_id=\(String(repeating: "a", count: 1024))").outcome).kind
                == "unknown")
        var short = LineReader(LineReader.Options(maxIDLength: 40))
        #expect(short.read("unknown session session_id=\(ID.jwt)").outcome == .malformed(.tooLong))
    }

    @Test func deepNestingAndManyFieldsEnd() {
        var reader = LineReader()
        let deep = String(repeating: #"{"a":"#, count: 1000)
        #expect(reader.read(deep + "1" + String(repeating: "}", count: 1000)).outcome == .malformed(.parseError))
        let lists = #"{"a":"# + String(repeating: "[", count: 30_000) + String(repeating: "]", count: 30_000) + "}"
        #expect(reader.read(lists).outcome == .malformed(.parseError))
        #expect(reader.read("session " + String(repeating: "{", count: 60_000)).outcome == .irrelevant)
        #expect(
            reader.read("session not found" + String(repeating: " {a", count: 20_000)).outcome
                == .malformed(.parseError))
        let many = (0..<3000).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
        #expect(
            Told(reader.read(#"{"session_id":"\#(ID.a)","message":"unknown session",\#(many)}"#).outcome).kind
                == "unknown")
        #expect(reader.read(String(repeating: "session owner redis ", count: 3000)).outcome != .pending)
    }

    @Test func piecesOfAPartialLineAreJoinedByStream() {
        let whole = Self.misroute
        var reader = LineReader()
        var told: [Told] = []
        // The stdout line is cut before a space, which must not be lost.
        let (a, b, c) = (whole.prefix(30), whole.dropFirst(30).prefix(30), whole.dropFirst(60))
        for line in [
            "2026-08-21T10:15:02.1Z stderr P \(a)", "2026-08-21T10:15:02.1Z stdout P \(whole.prefix(50))",
            "2026-08-21T10:15:02.1Z stderr P \(b)", "2026-08-21T10:15:02.1Z stdout F \(whole.dropFirst(50))",
            "2026-08-21T10:15:02.1Z stderr F \(c)", "2026-08-21T10:15:02.1Z stderr F \(whole)",
        ] {
            told.append(Told(reader.read(line).outcome))
        }
        let event = Told("misroute", session: ID.a)
        #expect(told == [Told("pending"), Told("pending"), Told("pending"), event, event, event])
        #expect(!reader.wantsNextLine)
    }

    @Test func dockersCutLinesAreJoined() {
        let text = Self.misroute.replacing("\"", with: "\\\"")
        let cut = text.index(text.startIndex, offsetBy: 60)
        var reader = LineReader()
        let first = reader.read(#"{"log":"\#(text[..<cut])","stream":"stderr","time":"2026-08-21T10:15:02Z"}"#)
        let last = reader.read(#"{"log":"\#(text[cut...])\n","stream":"stderr","time":"2026-08-21T10:15:02Z"}"#)
        #expect(first.outcome == .pending)
        #expect(Told(last.outcome) == Told("misroute", session: ID.a))
    }

    @Test func joiningIsBounded() {
        var reader = LineReader()
        let piece = String(repeating: "a", count: 60_000)
        #expect(reader.read("2026-08-21T10:15:02.1Z stderr P \(piece)").outcome == .pending)
        #expect(reader.read("2026-08-21T10:15:02.1Z stderr P \(piece)").outcome == .pending)
        #expect(reader.read("2026-08-21T10:15:02.1Z stderr F \(Self.misroute)").outcome == .malformed(.tooLong))
        #expect(Told(reader.read("2026-08-21T10:15:02.1Z stderr F \(Self.misroute)").outcome).kind == "misroute")

        #expect(reader.read("Session not found {").outcome == .pending)
        var outcomes: [LineReading.Outcome] = []
        for _ in 0..<LineLimits.joinedLines { outcomes.append(reader.read("  a: 1,").outcome) }
        #expect(outcomes.last == .pending)
        #expect(reader.read("}").outcome == .malformed(.tooLong))
        #expect(!reader.wantsNextLine)
    }

    @Test func aPieceWhoseRestNeverComesIsGivenUp() {
        var reader = LineReader()
        #expect(reader.read("2026-08-21T10:15:02.1Z stderr P \(Self.misroute.prefix(40))").outcome == .pending)
        var earlier: [LineReading.Outcome] = []
        for _ in 0...LineLimits.waitingLines {
            #expect(reader.wantsNextLine)
            let reading = reader.read("2026-08-21T10:15:02.1Z stdout F {\"message\":\"other\"}")
            earlier += [reading.earlier].compactMap(\.self)
        }
        #expect(earlier == [.malformed(.parseError)])
        #expect(!reader.wantsNextLine)
    }

    @Test func aFixedFormatIsTheOnlyOneTried() {
        var reader = LineReader(LineReader.Options(format: .logfmt))
        #expect(reader.read("WARNING:mcp:session \(ID.a) is owned by node-a").format == .text)
        let reading = reader.read("msg=\"unknown session\" session_id=\(ID.a)")
        #expect(reading.format == .logfmt)
        #expect(Told(reading.outcome).kind == "unknown")
        var json = LineReader(LineReader.Options(format: .zapJSON))
        #expect(json.read(Self.misroute).format == .zapJSON)
    }

    @Test(
        arguments: [
            ("", .notLogged), (#","cookie":"d1a653a6b43e2e0b""#, .value("d1a653a6b43e2e0b")),
            (#","cookie":"_mcp_backend=v1""#, .value("v1")), (#","cookie":"theme=dark""#, .none),
            (#","cookie":"http://10.0.0.1:8080""#, .value("http://10.0.0.1:8080")),
            (#","cookie":"MTAuMC4wLjE6ODA4MA==""#, .value("MTAuMC4wLjE6ODA4MA==")),
            (#","cookie":"Some(\"v1\")""#, .value("v1")), (#","cookie":"None""#, .none), (#","cookie":"""#, .none),
            (#","cookie":null"#, .none), (#","cookie":"-""#, .none), (#","cookie":"[REDACTED]""#, .notLogged),
            (#","cookie":["v1"]"#, .notLogged), (#","cookie":true"#, .notLogged),
        ] as [(String, StickySighting)])
    func aCookieIsToldFromNoneAndFromOneNotLogged(field: String, cookie: StickySighting) {
        var reader = LineReader()
        let reading = reader.read(#"{"msg":"unknown session","session_id":"\#(ID.a)"\#(field)}"#)
        guard case .event(let event) = reading.outcome else {
            Issue.record("no event")
            return
        }
        #expect(event.cookie == cookie)
    }

    @Test func noDescriptionShowsAnIDOrACookie() {
        var reader = LineReader()
        let reading = reader.read(#"{"msg":"unknown session","session_id":"\#(ID.a)","cookie":"d1a653a6b43e2e0b"}"#)
        let cut = reader.read("session 7c9e6679... not found")
        var dumped = ""
        _ = reader.read("2026-08-21T10:15:02.1Z stderr P \(Self.misroute)")
        dump(reader, to: &dumped)
        for value in [reading, cut] {
            dump(value, to: &dumped)
            dumped += "\(value)" + String(reflecting: value)
        }
        #expect(dumped.contains("unknown"))
        #expect(!dumped.contains("7c9e") && !dumped.contains("d1a653a6"))
    }
}
