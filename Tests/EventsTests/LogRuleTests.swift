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
        #expect(event.cookie == "c1")
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
}
