import Configuration
import Exposition
import Foundation
import Sessions
import TestSupport
import Testing

/// Lines of Traefik's access log, judged by a registry that is watched on a real Redis.
@Suite(.ownThreads) struct ProxyLogRedisTests {
    private static func line(
        _ status: Int, _ id: String, at url: String = "http://10.0.0.2:8080", sent: String? = nil, given: String? = nil
    ) -> String {
        let address = url.replacing("http://", with: "")
        let cookies =
            (sent.map { #","request_Cookie":"a=1,_mcp_backend=\#($0); b=2""# } ?? "")
            + (given.map { #","downstream_Set-Cookie":"_mcp_backend=\#($0); Path=/; Secure""# } ?? "")
            // A node that holds the session names it in its answer.
            + (status == 200 ? #","downstream_Mcp-Session-Id":"\#(id)""# : "")
        return #"{"DownstreamStatus":\#(status),"OriginStatus":0,"RequestMethod":"POST","RequestPath":"/mcp","#
            + #""ServiceAddr":"\#(address)","ServiceURL":"\#(url)","ServiceName":"mcp@file","RouterName":"mcp@file","#
            + #""request_Mcp-Session-Id":"\#(id)"\#(cookies),"level":"info","msg":""}"#
    }

    @Test func sentAndGivenCookiesTellTheCause() async throws {
        let cluster = try await LoggedCluster()
        try cluster.append([
            Self.line(404, uuid(100)), Self.line(404, uuid(101), given: nodeCookies["node-2"]),
            Self.line(404, uuid(102), sent: nodeCookies["node-1"]),
            Self.line(404, uuid(103), sent: "0123456789abcdef", given: nodeCookies["node-2"]),
            Self.line(404, uuid(104), sent: "0123456789abcdef"),
        ])
        cluster.start(cluster.files(keeps: [.cookie, .setCookie]))
        try await cluster.judged(5)
        #expect(cluster.misroutes == ["node-2 node-1 misrouted": 5])
        let page = cluster.watched.page()
        for cause in ["stickiness_off", "no_cookie", "cookie_owner", "cookie_rejected", "cookie_unmapped"] {
            #expect(page["mcp_sessiond_misroute_causes_total{cause=\"\(cause)\"}"] == 1, "\(cause)")
        }
        let findings = try cluster.watched.json("/api/v1/status")["data"]?["findings"]?.array?.map { $0["finding"] }
        #expect(findings?.prefix(2) == ["stickiness_off", "requests_misrouted"])
        await cluster.stop()
    }

    /// Each file shows by itself what it keeps.
    @Test func aHeaderIsMissingOnlyWhereItWasShown() async throws {
        let cluster = try await LoggedCluster()
        try cluster.append([Self.line(404, uuid(100))], to: "a.log")
        try cluster.append([Self.line(200, uuid(200), sent: nodeCookies["node-2"])], to: "b.log")
        cluster.start(cluster.files("a.log", state: "a"))
        cluster.start(cluster.files("b.log", state: "b"))
        try await cluster.judged(2)
        try cluster.append([Self.line(404, uuid(101))], to: "a.log")
        try cluster.append([Self.line(404, uuid(102)), Self.line(404, uuid(103))], to: "b.log")
        try await cluster.judged(5)
        let page = cluster.watched.page()
        #expect(page["mcp_sessiond_misroute_causes_total{cause=\"not_logged\"}"] == 2)
        #expect(page["mcp_sessiond_misroute_causes_total{cause=\"no_cookie\"}"] == 2)
        await cluster.stop()
    }

    /// It is no event, but shows at once in the explanation of the node's sessions.
    @Test func aNodeThatTheProxyCannotReachIsEvidence() async throws {
        let cluster = try await LoggedCluster()
        let url = "http://10.0.0.1:8080"
        let answer = try cluster.push([502, 504].map { Self.line($0, uuid(100), at: url) }.joined(separator: "\n"))
        #expect(answer["accepted"] == 0 && answer["ignored"] == 2)
        let session = try cluster.watched.json("/api/v1/sessions/\(ref(uuid(101)))")["data"]
        let facts = session?["evidence"]?.array?.map { $0["fact"] }
        #expect(facts?.contains("the proxy could not reach node-1: 2 requests answered 502 or 504") == true)
        #expect(try cluster.watched.json("/api/v1/nodes/node-1")["data"]?["suspect"] == false)
        await cluster.stop()
    }

    /// The proxy's configuration says `localhost`, the heartbeat 10.0.0.1.
    @Test func aNodeThatTheProxyWritesOtherwiseDeniesItself() async throws {
        let cluster = try await LoggedCluster()
        let url = "http://localhost:8101"
        try cluster.append([Self.line(200, uuid(100), at: url), Self.line(404, uuid(101), at: url)])
        cluster.start(cluster.files())
        try await cluster.judged(2)
        #expect(cluster.misroutes == ["node-1 node-1 owner_denies": 1])
        let findings = try cluster.watched.json("/api/v1/status")["data"]?["findings"]?.array?.map { $0["finding"] }
        #expect(findings?.contains("addresses_differ") == true && findings?.contains("addresses_unknown") == false)
        await cluster.stop()
    }
}
