import Testing

@testable import Events

@Suite struct RequestSurveyTests {
    private static let json =
        #"{"DownstreamStatus":404,"OriginStatus":404,"RequestMethod":"POST","RequestPath":"/mcp","ServiceURL":"http://a:1"}"#
    private static let hidden =
        #"{"DownstreamStatus":404,"RequestMethod":"POST","ServiceURL":"http://a:1","request_Mcp-Session-Id":"REDACTED"}"#
    private static let common =
        #"10.0.0.9 - - [29/Nov/2026:22:18:39 +0000] "POST /mcp HTTP/2.0" 404 19 "-" "-" 1 "mcp@file" "http://a:1" 3ms"#

    private static func survey(_ lines: [String]) -> [Int] {
        var survey = RequestSurvey()
        survey.take(Array(lines.joined(separator: "\n").utf8).span)
        return [survey.requests, survey.hidden, survey.common]
    }

    @Test(
        arguments: [
            ([json], [1, 0, 0]), ([json, hidden, common, common, ""], [2, 1, 2]), ([], [0, 0, 0]),
            ([hidden.replacing("Mcp-Session-Id", with: "mcp-session-id")], [1, 1, 0]),
            ([hidden.replacing("REDACTED", with: "7c9e6679")], [1, 0, 0]),
            ([#"{"level":"INFO","msg":"session created"}"#, "22:18:39 INFO listening", "] \""], [0, 0, 0]),
        ] as [([String], [Int])])
    func requestsAreCountedByWhatTheyShow(lines: [String], counts: [Int]) {
        #expect(Self.survey(lines) == counts)
    }

    @Test func itIsLimited() {
        var survey = RequestSurvey()
        let chunk = Array(Array(repeating: Self.json, count: 200).joined(separator: "\n").utf8)
        survey.take(chunk.span)
        #expect(survey.all == RequestSurvey.linesPerChunk)
        for _ in 0..<100 { survey.take(chunk.span) }
        #expect(survey.all == RequestSurvey.limit && survey.isOver)
        // A node's log has none, and is soon left alone.
        var other = RequestSurvey()
        let lines = Array(Array(repeating: #"{"level":"INFO","msg":"served"}"#, count: 64).joined(separator: "\n").utf8)
        for _ in 0..<RequestSurvey.lineLimit / 64 { other.take(lines.span) }
        #expect(!other.isOver)
        other.take(lines.span)
        #expect(other.all == 0 && other.isOver)
    }
}
