import Sessions
import Testing

@testable import Events

@Suite struct AccessLogTests {
    private static func line(
        _ status: Int, _ fields: String = "", method: String = "POST", address: String = "10.0.0.2:8080"
    ) -> String {
        #"{"ClientAddr":"203.0.113.7:51324","DownstreamStatus":\#(status),"OriginStatus":\#(status),"RequestMethod":"#
            + #""\#(method)","RequestPath":"/mcp","RouterName":"mcp@docker","ServiceAddr":"\#(address)","ServiceURL":"#
            + #""http://\#(address)","StartUTC":"2026-08-21T10:15:02.123456789Z"\#(fields),"time":"2026-08-21T10:15:02Z"}"#
    }

    private static let session = #","request_Mcp-Session-Id":"\#(ID.a)""#

    @Test func requests() {
        let node = "10.0.0.2:8080"
        let given = #","downstream_Mcp-Session-Id":"\#(ID.a)""#
        expectAll([
            Variation(Self.line(200, Self.session), .traefikJSON, "held", ID.a, node: node),
            Variation(Self.line(202, Self.session), .traefikJSON, "held", ID.a, node: node),
            Variation(Self.line(200, Self.session + given), .traefikJSON, "held", ID.a, node: node),
            Variation(
                Self.line(200, Self.session, method: "DELETE"), .traefikJSON, "closed", ID.a, node: node, owner: node),
            Variation(
                Self.line(204, Self.session, method: "DELETE"), .traefikJSON, "closed", ID.a, node: node, owner: node),
            Variation(Self.line(404, Self.session, method: "DELETE"), .traefikJSON, "miss", ID.a, node: node),
            Variation(Self.line(404, Self.session, method: "GET"), .traefikJSON, "miss", ID.a, node: node),
            Variation(Self.line(405, Self.session, method: "GET"), .traefikJSON, "irrelevant"),
            Variation(Self.line(404), .traefikJSON, "irrelevant"),
            Variation(Self.line(404, given), .traefikJSON, "irrelevant"),
            Variation(Self.line(503, Self.session), .traefikJSON, "irrelevant"),
            Variation(Self.line(401, Self.session), .traefikJSON, "irrelevant"),
            Variation(
                Self.line(200, #","origin_Mcp-Session-Id":"\#(ID.jwt)""#), .traefikJSON, "created", ID.jwt, node: node,
                owner: node),
            Variation(Self.line(404, #","request_mcp-session-id":"\#(ID.a)""#), .traefikJSON, "miss", ID.a, node: node),
            Variation(
                Self.line(404, Self.session + #","request_Mcp-Protocol-Version":"2025-06-18""#), .traefikJSON, "miss",
                ID.a,
                node: node),
            Variation(
                Self.line(404, Self.session + #","request_Mcp-Protocol-Version":"2027-01-15""#), .traefikJSON, "modern",
                node: node),
            Variation(Self.line(400, #","request_Mcp-Method":"tools/list""#), .traefikJSON, "modern", node: node),
            Variation(Self.line(404, #","request_Mcp-Session-Id":"""#), .traefikJSON, "malformed"),
            Variation(Self.line(404, #","request_Mcp-Session-Id":"[REDACTED]""#), .traefikJSON, "malformed"),
            // No service answered: the 404 is the proxy's own.
            Variation(
                #"{"DownstreamStatus":404,"RequestMethod":"POST","RouterName":"","request_Mcp-Session-Id":"\#(ID.a)"}"#,
                .traefikJSON, "irrelevant"),
            Variation(
                #"{"OriginStatus":404,"DownstreamStatus":502,"ServiceURL":"http://node-2:8080/","request_Mcp-Session-Id":"\#(ID.a)"}"#,
                .traefikJSON, "miss", ID.a, node: "node-2:8080"),
        ])
    }

    /// A client that hangs up early leaves no status of the node's in the log. The first three are lines of Traefik 3.7.
    @Test(
        arguments: [
            ("POST", "404", "0", "miss"), ("POST", "404", "404", "miss"), ("GET", "200", "0", "held"),
            ("POST", "404", "\"0\"", "miss"), ("GET", "200", "000", "held"), ("GET", "200", "null", "held"),
            ("GET", "200", "\"-\"", "held"), ("GET", "200", "\"\"", "held"), ("POST", "404", nil, "miss"),
            ("DELETE", "200", "0", "closed"), ("POST", "499", "0", nil), ("POST", "0", "0", nil),
            ("POST", "0", "404", "miss"), ("POST", "502", "404", "miss"),
            ("POST", "404", "200", "held"),
        ] as [(String, String, String?, String?)])
    func whereTheNodesStatusIsMissingTheProxysCounts(method: String, down: String, origin: String?, kind: String?) {
        let status = origin.map { #""OriginStatus":\#($0),"# } ?? ""
        let line =
            #"{"DownstreamStatus":\#(down),\#(status)"RequestMethod":"\#(method)","RequestPath":"/mcp","ServiceAddr":"#
            + #""127.0.0.1:8102","ServiceURL":"http://127.0.0.1:8102","StartUTC":"2026-11-29T22:18:39.604245487Z","#
            + #""RouterName":"mcp@file","request_Mcp-Session-Id":"\#(ID.a)","level":"info","msg":""}"#
        var reader = LineReader()
        // The second time it is compared with what was made of the first.
        for _ in 0..<2 {
            let reading = reader.read(line)
            guard case .event(let event) = reading.outcome else {
                #expect(kind == nil && reading.outcome == .irrelevant)
                continue
            }
            #expect(event.kind.rawValue == kind)
        }
    }

    @Test(
        arguments: [
            ("_mcp_backend=cc3dd0c247d6ff41", .value("cc3dd0c247d6ff41")),
            ("a=b; _mcp_backend=f66426ef07607227; c=d", .value("f66426ef07607227")),
            (#"_mcp_backend=\"http://10.0.0.1:8080\""#, .value("http://10.0.0.1:8080")),
            ("_mcp_backend=MTAuMC4wLjE6ODA4MA==", .value("MTAuMC4wLjE6ODA4MA==")),
            ("x_mcp_backend=1", .none), ("session=secret", .none), ("_mcp_backend=", .none), ("", .none),
            ("REDACTED", .notLogged), ("[redacted]", .notLogged),
            // Several Cookie lines of one request.
            ("a=1,_mcp_backend=xyz; b=2", .value("xyz")), ("a=1, _mcp_backend=xyz", .value("xyz")),
            ("_mcp_backend=xyz,b=2", .value("xyz")), ("b=2; a=1,x_mcp_backend=1", .none), ("a=1,b=2", .none),
            (",,_mcp_backend=xyz,", .value("xyz")), ("a=_mcp_backend,b=1", .none),
        ] as [(String, StickySighting)])
    func theStickyCookieIsTakenFromTheHeader(header: String, cookie: StickySighting) throws {
        var reader = LineReader()
        let reading = reader.read(Self.line(404, Self.session + #","request_Cookie":"\#(header)""#))
        guard case .event(let event) = reading.outcome else {
            Issue.record("no event")
            return
        }
        #expect(event.cookie == cookie)
    }

    @Test(
        arguments: [
            ("", .noHeader, .noHeader), (#","request_Cookie":null"#, .noHeader, .noHeader),
            (#","request_Cookie":"_mcp_backend=v1""#, .value("v1"), .noHeader),
            (#","downstream_Set-Cookie":"_mcp_backend=v2; Path=/""#, .noHeader, .value("v2")),
            (#","origin_Set-Cookie":"_mcp_backend=v2; Path=/""#, .noHeader, .value("v2")),
            (
                #","request_Cookie":"_mcp_backend=v1","downstream_Set-Cookie":"_mcp_backend=v2; Path=/""#,
                .value("v1"), .value("v2")
            ),
            (#","request_Cookie":"a=1","downstream_Set-Cookie":"other=1; Path=/""#, .none, .none),
            (#","request_Cookie":"a=1","downstream_Set-Cookie":"REDACTED""#, .none, .notLogged),
            // Several Set-Cookie lines, with the commas of dates.
            (
                #","downstream_Set-Cookie":"a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT,_mcp_backend=v2; Path=/; HttpOnly""#,
                .noHeader, .value("v2")
            ),
            (
                #","downstream_Set-Cookie":"_mcp_backend=v2; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/, a=1""#,
                .noHeader, .value("v2")
            ),
            (#","origin_Set-Cookie":"other=1","downstream_Set-Cookie":"_mcp_backend=v2""#, .noHeader, .value("v2")),
        ] as [(String, StickySighting, StickySighting)])
    func sentAndGivenCookiesAreTwoFacts(fields: String, sent: StickySighting, given: StickySighting) {
        var reader = LineReader()
        for _ in 0..<2 {
            guard case .event(let event) = reader.read(Self.line(404, Self.session + fields)).outcome else {
                Issue.record("no event")
                return
            }
            #expect(event.cookie == sent && event.givenCookie == given)
        }
    }

    /// Lines of one kind differ only in their cookies, also those that are read by comparison.
    @Test func eachLineHasItsOwnCookies() {
        var reader = LineReader()
        let cookies = (0..<4).map { number -> [StickySighting] in
            let fields =
                #","request_Cookie":"_mcp_backend=s\#(number)","#
                + #""downstream_Set-Cookie":"_mcp_backend=g\#(number)""#
            guard case .event(let event) = reader.read(Self.line(404, Self.session + fields)).outcome else { return [] }
            return [event.cookie, event.givenCookie]
        }
        #expect(cookies == (0..<4).map { [.value("s\($0)"), .value("g\($0)")] })
    }

    /// Such a line is no event, but a sign that the node may be gone.
    @Test(
        arguments: [
            (502, session, true), (504, session, true), (502, #","request_Mcp-Method":"ping""#, true),
            (503, session, false), (500, session, false), (404, session, false),
        ])
    func aNodeThatTheProxyCannotReach(status: Int, fields: String, isUnreached: Bool) {
        let time = UnixTime(milliseconds: 1_787_307_302_123)
        let node = UnreachedNode(node: "10.0.0.3:8080", url: "http://10.0.0.3:8080", time: time)
        var reader = LineReader()
        for _ in 0..<2 {
            let outcome = reader.read(Self.line(status, fields, address: "10.0.0.3:8080")).outcome
            #expect((outcome == .unreached(node)) == isUnreached)
        }
        let none = reader.read(
            #"{"DownstreamStatus":502,"RequestMethod":"POST","RouterName":"mcp","request_Mcp-Session-Id":"\#(ID.a)"}"#)
        #expect(none.outcome == .irrelevant)
    }

    @Test func everyPartOfAnEntryIsTaken() throws {
        var reader = LineReader(LineReader.Options(cookie: "lb"))
        let created = reader.read(
            Self.line(
                200,
                #","downstream_Mcp-Session-Id":"\#(ID.a)","downstream_Set-Cookie":"lb=v1; Path=/","request_User-Agent":"claude-code/2.1""#
            ))
        var expected = LogEvent(
            kind: .created, session: try LogSession(written: Array(ID.a.utf8)[...], maxLength: 1024),
            node: "10.0.0.2:8080",
            owner: LogOwner(node: "10.0.0.2:8080"), cookie: .noHeader, givenCookie: .value("v1"),
            client: "claude-code/2.1", status: 200,
            proxy: ProxyPart(url: "http://10.0.0.2:8080", answerNamesSession: true))
        expected.time = .init(milliseconds: 1_787_307_302_123)
        #expect(created.outcome == .event(expected))
    }
}
