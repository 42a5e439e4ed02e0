import Testing

@testable import Events

@Suite struct LogRuleTests {
    private static let rules = [
        LogRule(
            match: "not my*customer", kind: .misroute, session: "ctx.conversation", node: "ctx.box",
            owner: "ctx.home.box",
            boot: "ctx.home.life", time: "at", cookie: "ctx.pin"),
        LogRule(match: "begin", matchField: "step", kind: .created),
        LogRule(match: "session not found", kind: .unknown),
        LogRule(match: "store is away", kind: .registryError),
    ]

    private func told(_ line: String) -> Told {
        var reader = LineReader(LineReader.Options(rules: Self.rules))
        return Told(reader.read(line).outcome)
    }

    @Test func rulesReadWhatTheBuiltInTextsCannot() {
        let line =
            #"{"at":1787307302,"msg":"NOT MY own customer","ctx":{"conversation":"\#(ID.a)","box":"b2","home":{"box":"b1","life":"x9"},"pin":"c1"}}"#
        var reader = LineReader(LineReader.Options(rules: Self.rules))
        guard case .event(let event) = reader.read(line).outcome else {
            Issue.record("no event")
            return
        }
        #expect(Told(.event(event)) == Told("misroute", session: ID.a, node: "b2", owner: "b1"))
        #expect(event.owner == LogOwner(node: "b1", boot: "x9"))
        #expect(event.cookie == .value("c1"))
        #expect(event.time?.milliseconds == 1_787_307_302_000)
    }

    @Test func rulesGoBeforeTheBuiltInTexts() {
        #expect(told(#"{"msg":"Session not found","session_id":"\#(ID.a)"}"#) == Told("unknown", session: ID.a))
        #expect(told("ts=1787307302 msg=\"session not found\" sid=\(ID.a)") == Told("unknown", session: ID.a))
        #expect(
            told("level=info step=begin sid=\(ID.a) node=n1") == Told("created", session: ID.a, node: "n1", owner: "n1")
        )
    }

    @Test func aLineThatARuleMeansMustNameItsSession() {
        #expect(told(#"{"msg":"not my customer","ctx":{"box":"b2"}}"#) == Told("malformed"))
        #expect(told(#"{"msg":"not my customer","ctx":{"conversation":""}}"#) == Told("malformed"))
        #expect(told(#"{"msg":"store is away","ctx":{"box":"b2"}}"#) == Told("registry_error"))
    }

    @Test func otherLinesAreLeftToTheBuiltInTexts() {
        #expect(told(#"{"msg":"unknown session","session_id":"\#(ID.a)"}"#) == Told("unknown", session: ID.a))
        #expect(told(#"{"msg":"customer is not my"}"#) == Told("irrelevant"))
    }

    @Test func aRuleIsFoundInLinesThatTheFilterPassesBy() {
        let lines = [
            #"{"msg":"NOT MY own customer","ctx":{"conversation":"\#(ID.a)","box":"b2"}}"#,
            #"{"msg":"handled","ctx":{"box":"b2"}}"#, "level=info step=begin sid=\(ID.b) node=n1",
            #"{"msg":"unknown session","session_id":"\#(ID.a)"}"#,
            #"{"msg":"not my customer","ctx":{"conversation":"\#(ID.b)","box":"b2"}}"#, "GET / 200", "",
        ]
        for least in [0, 1] {
            var reader = LineReader(LineReader.Options(rules: Array(Self.rules.dropFirst(least))))
            var told: [Told] = []
            _ = reader.readLines(in: Array(lines.joined(separator: "\n").utf8).span, at: 0) { told.append(Told($0)) }
            let misroutes = [Told("misroute", session: ID.a, node: "b2"), Told("misroute", session: ID.b, node: "b2")]
            let others = [
                Told("created", session: ID.b, node: "n1", owner: "n1"), Told("unknown", session: ID.a),
            ]
            #expect(told == (least == 0 ? [misroutes[0], others[0], others[1], misroutes[1]] : others))
        }
    }

    @Test func aRuleThatAsksForNoWordIsTriedOnEveryLine() {
        var reader = LineReader(LineReader.Options(rules: [LogRule(match: "→", kind: .misroute, session: "s")]))
        var told: [Told] = []
        let lines = "x=1\n{\"msg\":\"a → b\",\"s\":\"\(ID.a)\"}\n{\"msg\":\"a\"}\n"
        _ = reader.readLines(in: Array(lines.utf8).span, at: 0) { told.append(Told($0)) }
        #expect(told == [Told("misroute", session: ID.a)])
    }

    @Test(
        arguments: [
            ("not my*customer", "misroute", nil, []), ("→", "miss", "ctx.session-id", []),
            ("", "misroute", nil, [.emptyMatch]), ("* *", "misroute", nil, [.emptyMatch]),
            ("gone", "lost", nil, [.unknownKind("lost")]), ("gone", "miss", "", [.emptyPath("session")]),
            ("gone", "miss", "a..b", [.emptyPath("session")]), ("gone", "miss", ".a", [.emptyPath("session")]),
            (" ", "Miss", "a.", [.emptyMatch, .emptyPath("session"), .unknownKind("Miss")]),
            (String(repeating: "a", count: 513), "miss", nil, [.tooLong("match")]),
        ] as [(String, String, String?, [LogRule.Mistake])])
    func allMistakesOfARuleAreNamed(match: String, kind: String, session: String?, mistakes: [LogRule.Mistake]) {
        do throws(LogRule.Mistakes) {
            let rule = try LogRule(validating: match, kind: kind, session: session)
            #expect(rule == LogRule(match: match, kind: LogEvent.Kind(rawValue: kind)!, session: session))
            #expect(mistakes.isEmpty)
        } catch {
            #expect(error.all == mistakes)
        }
    }

    @Test func mistakesSayWhatIsWrong() {
        let mistakes: [LogRule.Mistake] = [
            .emptyMatch, .unknownKind("lost"), .emptyPath("node"), .tooLong("match"),
        ]
        #expect(
            mistakes.map(\.description) == [
                "match has no letter or digit, so every line would match",
                "kind lost is not one of misroute, unknown, miss, created, held, closed, owner_dead, owner_restarted, "
                    + "registry_error, modern", "node is not a path of names joined by dots",
                "match is longer than 512 bytes",
            ])
    }
}
