import Configuration
import Exposition
import HTTP
import Sessions
import TestSupport
import Testing

@testable import Events
@testable import Intake

@Suite struct ProxyLogTests {
    private static func event(
        _ sent: StickySighting, _ given: StickySighting, kind: LogEvent.Kind = .miss, isProxy: Bool = true
    ) -> LogEvent {
        LogEvent(kind: kind, cookie: sent, givenCookie: given, proxy: isProxy ? ProxyPart() : nil)
    }

    private static func cookies(_ log: inout ProxyLog, _ event: LogEvent) -> [StickySighting] {
        var event = event
        log.note(&event)
        return [event.cookie, event.givenCookie]
    }

    @Test(
        arguments: [
            ([], [.notLogged, .notLogged]), ([.cookie], [.none, .notLogged]), ([.setCookie], [.notLogged, .none]),
            ([.cookie, .setCookie], [.none, .none]), ([.method], [.notLogged, .notLogged]),
        ] as [([KeptHeader], [StickySighting])])
    func aHeaderThatIsSaidToBeKeptWasNotThere(keeps: [KeptHeader], cookies: [StickySighting]) {
        var log = ProxyLog("a.log", keeping: keeps)
        #expect(Self.cookies(&log, Self.event(.noHeader, .noHeader)) == cookies)
    }

    /// A header that was seen once is missing from then on where it is not there.
    @Test(
        arguments: [
            (event(.value("v"), .noHeader), [.none, .notLogged]), (event(.none, .noHeader), [.none, .notLogged]),
            (event(.value("v"), .noHeader, kind: .held), [.none, .notLogged]),
            (event(.noHeader, .value("v"), kind: .created), [.notLogged, .none]),
            (event(.none, .none, kind: .modern), [.none, .none]),
            (event(.notLogged, .notLogged), [.notLogged, .notLogged]),
            (event(.value("v"), .value("v"), isProxy: false), [.notLogged, .notLogged]),
        ] as [(LogEvent, [StickySighting])])
    func aHeaderThatWasShownIsKept(first: LogEvent, cookies: [StickySighting]) {
        var log = ProxyLog("a.log")
        #expect(Self.cookies(&log, Self.event(.noHeader, .noHeader)) == [.notLogged, .notLogged])
        _ = Self.cookies(&log, first)
        #expect(Self.cookies(&log, Self.event(.noHeader, .noHeader)) == cookies)
    }

    private static func line(_ number: Int, _ fields: String) -> String {
        #"{"DownstreamStatus":404,"OriginStatus":404,"RequestMethod":"POST","RequestPath":"/mcp","ServiceURL":"#
            + #""http://10.0.0.2:8080","StartUTC":"2026-08-21T10:15:\#(10 + number)Z"\#(fields)}"#
    }

    private static func push(_ intake: EventIntake, _ count: Int, _ fields: String = "") throws {
        _ = try intake.push((0..<count).map { line($0, fields) }.joined(separator: "\n"))
    }

    private static let session = #","request_Mcp-Session-Id":"7c9e6679-7425-40de-944b-e07fc1f90ae7""#

    @Test func aLogWithoutHeadersCannotTell() throws {
        let watched = PaperRegistry().watched
        let intake = watched.intake
        try Self.push(intake, 19)
        #expect(intake.blindLogs == [] && intake.tellsRevisions)
        try Self.push(intake, 3)
        #expect(intake.blindLogs == [BlindLog(name: "http", requests: 22, fault: .noHeader)])
        #expect(!intake.tellsRevisions)
        let findings = try JSONValue(parsing: watched.get("/api/v1/status").body)["data"]?["findings"]?.array
        let finding = findings?.first { $0["finding"] == "log_cannot_tell" }
        #expect(finding?["what"] == "http: 22 Traefik requests, none with Mcp-Session-Id")
        // One request with the header is enough.
        try Self.push(intake, 1, Self.session)
        #expect(intake.blindLogs == [])
    }

    @Test func aHiddenHeaderTellsNothingEither() throws {
        let intake = PaperRegistry().watched.intake
        try Self.push(intake, 20, #","request_Mcp-Session-Id":"REDACTED""#)
        #expect(intake.blindLogs == [BlindLog(name: "http", requests: 20, fault: .hiddenHeader)])
    }

    @Test func theCommonFormatHasNoHeaders() throws {
        let intake = PaperRegistry().watched.intake
        let line = #"10.0.0.9 - - [29/Nov/2026:22:18:39 +0000] "POST /mcp HTTP/2.0" 404 19 "-" "-" 1 "m" "u" 3ms"#
        _ = try intake.push(Array(repeating: line, count: 30).joined(separator: "\n"))
        #expect(intake.blindLogs == [BlindLog(name: "http", requests: 30, fault: .commonFormat)])
    }

    /// Without the headers of the sessionless revision, all requests seem to need a session.
    @Test(
        arguments: [
            ("", .null), (#","request_Mcp-Protocol-Version":"2025-06-18""#, .double(1)),
            (#","request_Mcp-Method":"ping""#, .double(0)),
        ] as [(String, JSONValue)])
    func theShareOfSessionsIsKnownOnlyWhereRevisionsAre(header: String, share: JSONValue) throws {
        let watched = PaperRegistry().watched
        try Self.push(watched.intake, 3, Self.session + header)
        let events = try JSONValue(parsing: watched.get("/api/v1/status").body)["data"]?["events"]
        #expect(events?["session_share"] == share)
    }

    @Test func aNodesLineIsLeftAsItIs() {
        var log = ProxyLog("a.log", keeping: KeptHeader.allCases)
        #expect(Self.cookies(&log, Self.event(.none, .notLogged, isProxy: false)) == [.none, .notLogged])
        #expect(!log.hasRequests)
    }
}
