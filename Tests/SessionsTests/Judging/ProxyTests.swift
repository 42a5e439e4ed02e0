import Testing

@testable import Sessions

/// What a proxy's log shows of the nodes behind it.
@Suite struct ProxyTests {
    private static func cluster() -> Cluster {
        Cluster.ofThree { [$0.session("s", "n1", "b1"), $0.session("t", "n2", "b1"), $0.session("bare")] }
    }

    /// A line of the proxy's, whose server has that URL.
    private static func request(
        _ cluster: Cluster, _ outcome: LoggedRequest.Outcome, _ id: String, _ url: String, service: String? = nil,
        cookie: StickySighting = .notLogged, given: StickySighting = .notLogged
    ) -> LoggedRequest {
        let address = url.split(separator: "/").dropFirst().first.map { String($0) }
        var request = cluster.request(outcome, id, at: address, cookie: cookie, given: given)
        (request.serviceURL, request.serviceName) = (url, service)
        return request
    }

    @discardableResult
    private static func judge(
        _ cluster: inout Cluster, _ outcome: LoggedRequest.Outcome, _ id: String, _ url: String,
        service: String? = nil, cookie: StickySighting = .notLogged, given: StickySighting = .notLogged
    ) -> Judgement? {
        let request = request(cluster, outcome, id, url, service: service, cookie: cookie, given: given)
        return cluster.judge(request)
    }

    /// The proxy may write a node in any way: the session that is served there says which node it is.
    @Test(arguments: [
        "http://localhost:8101", "http://node-1", "http://10.0.0.1:8080/mcp", "https://10.0.0.1", "http://[fd00::7]:80",
        "h2c://mcp-1.internal:9000/",
    ])
    func aURLIsTheNodeThatServesItsSessionThere(url: String) {
        var cluster = Self.cluster()
        let cookie = StickySighting.value(TraefikCookie.value(of: url, .traefikSHA256))
        let isKnown = url == "http://10.0.0.1:8080/mcp"
        #expect(Self.judge(&cluster, .refused, "t", url)?.node == (isKnown ? "n1" : nil))
        #expect(cluster.registry.unknownAddresses(at: cluster.now).map(\.text) == (isKnown ? [] : [url]))
        #expect(cluster.refuse("s", at: "n2", cookie: cookie)?.cause == .cookieUnmapped)
        Self.judge(&cluster, .served, "s", url)
        // From now on its address and its cookie are known.
        #expect(cluster.registry.unknownAddresses(at: cluster.now) == [])
        #expect(Self.judge(&cluster, .refused, "t", url)?.node == "n1")
        #expect(cluster.refuse("s", at: "n2", cookie: cookie)?.cause == .cookieOwner)
        #expect(cluster.refuse("t", at: "n3", cookie: cookie)?.cause == .cookieElsewhere)
        // A node that lost its sessions denies them itself: no other node was asked.
        let denial = Self.judge(&cluster, .refused, "s", url)
        #expect(denial?.verdict == .ownerDenies && denial?.node == "n1")
        #expect(cluster.registry.nodesAtOtherAddresses.map(\.name) == (isKnown ? [] : ["n1"]))
    }

    /// Another node may answer a request for another path that carries the session's id, such as /health.
    @Test func anAnswerThatDoesNotNameTheSessionTeachesNothing() {
        var cluster = Self.cluster()
        let url = "http://localhost:8102"
        var request = Self.request(cluster, .served, "s", url)
        request.answerNamesSession = false
        _ = cluster.judge(request)
        #expect(Self.judge(&cluster, .refused, "t", url)?.node == nil)
        #expect(cluster.registry.unknownAddresses(at: cluster.now).map(\.text) == [url])
    }

    /// The proxy calls the owner by another URL than when it gave the cookie, and rejects it.
    @Test func theCookieOfAFormerURLIsRejected() {
        var cluster = Self.cluster()
        Self.judge(&cluster, .served, "s", "http://localhost:8101")
        let judgement = Self.judge(
            &cluster, .refused, "s", "http://10.0.0.2:8080", cookie: .value("cc3dd0c247d6ff41"),
            given: .value("d1a653a6b43e2e0b"))
        #expect(judgement?.cause == .cookieRejected)
    }

    private static let (n1, n2) = ("http://10.0.0.1:8080", "http://10.0.0.2:8080")

    /// A refused request of n1's client at another node, with the cookie of one URL, answered behind another.
    private static func cause(
        _ cluster: inout Cluster, sent: String, at url: String, id: String = "s"
    ) -> StickyCause? {
        judge(
            &cluster, .refused, id, url, cookie: .value(TraefikCookie.value(of: sent, .traefikSHA256)),
            given: .value(TraefikCookie.value(of: url, .traefikSHA256)))?.cause
    }

    /// The proxy's URLs changed from those of the heartbeats, and back: no cookie of before holds, on the first line or later.
    @Test func afterTheURLsChangedEveryCookieOfBeforeIsRejected() {
        var cluster = Self.cluster()
        let (other1, other2) = ("http://localhost:8101", "http://localhost:8102")
        Self.judge(&cluster, .served, "s", Self.n1)
        Self.judge(&cluster, .served, "t", Self.n2)
        #expect(Self.cause(&cluster, sent: Self.n1, at: Self.n2) == .cookieOwner)
        cluster.check(after: 10, cluster.threeHeartbeats)
        #expect(Self.cause(&cluster, sent: Self.n1, at: other2) == .cookieRejected)
        Self.judge(&cluster, .served, "t", other2)
        #expect(Self.cause(&cluster, sent: Self.n1, at: other2) == .cookieRejected)
        Self.judge(&cluster, .served, "s", other1)
        #expect(Self.cause(&cluster, sent: Self.n1, at: other2) == .cookieRejected)
        #expect(Self.cause(&cluster, sent: other1, at: other2) == .cookieOwner)
        cluster.check(after: 10, cluster.threeHeartbeats)
        Self.judge(&cluster, .served, "t", Self.n2)
        #expect(Self.cause(&cluster, sent: other1, at: Self.n2) == .cookieRejected)
        Self.judge(&cluster, .served, "s", Self.n1)
        #expect(Self.cause(&cluster, sent: Self.n1, at: Self.n2) == .cookieOwner)
    }

    /// Heartbeats may carry no URL: that a proxy is told from them by another URL shows no change.
    @Test func withoutURLsInHeartbeatsNothingShowsAChange() {
        var cluster = Cluster()
        func check(_ seconds: Double = 3, _ nodes: [String] = ["n1", "n2", "n3"]) {
            cluster.check(for: seconds) { cluster in
                Dictionary(uniqueKeysWithValues: nodes.map { ($0, cluster.heartbeat("b1")) })
            }
        }
        check()
        cluster.readLive([cluster.session("s", "n1", "b1"), cluster.session("t", "n2", "b1")])
        check()
        Self.judge(&cluster, .served, "s", Self.n1)
        check()
        Self.judge(&cluster, .served, "t", Self.n2)
        check()
        #expect(Self.cause(&cluster, sent: Self.n1, at: Self.n2) == .cookieOwner)
        // The node that a cookie names is dead, so the proxy gives another.
        check(21, ["n2", "n3"])
        #expect(Self.cause(&cluster, sent: Self.n1, at: "http://10.0.0.3:8080", id: "t") == .cookieDead)
    }

    /// A node behind two routes, such as two entry points that write its address in two ways: both cookies hold.
    @Test func aNodeMayHaveTwoURLsAtATime() {
        var cluster = Self.cluster()
        let other1 = "http://localhost:8101"
        for _ in 0..<5 {
            for url in [Self.n1, other1] {
                cluster.check(after: 1, cluster.threeHeartbeats)
                Self.judge(&cluster, .served, "s", url)
            }
        }
        for url in [Self.n1, other1] { #expect(Self.cause(&cluster, sent: url, at: Self.n2) == .cookieOwner) }
    }

    /// The proxy has dropped the dead node that a cookie names, and its URLs have changed as well.
    @Test func theCookieOfADeadNodeIsDead() {
        var cluster = Self.cluster()
        let other1 = "http://localhost:8101"
        Self.judge(&cluster, .served, "t", Self.n2)
        cluster.check(after: 1, cluster.threeHeartbeats)
        Self.judge(&cluster, .served, "t", "http://localhost:8102")
        cluster.check(for: 20) { $0.threeHeartbeats.filter { $0.key != "n2" } }
        #expect(Self.cause(&cluster, sent: Self.n2, at: "http://localhost:8103") == .cookieDead)
        #expect(Self.cause(&cluster, sent: Self.n2, at: other1) == .cookieDead)
    }

    /// The proxy's list may name each node in another way: only the owner's own URL tells whether its cookie holds.
    @Test func nodesMayBeWrittenInDifferentWays() {
        var cluster = Self.cluster()
        let other2 = "http://mcp-2.internal:8080"
        Self.judge(&cluster, .served, "t", other2)
        cluster.check(after: 1, cluster.threeHeartbeats)
        Self.judge(&cluster, .served, "s", Self.n1)
        #expect(Self.cause(&cluster, sent: Self.n1, at: other2) == .cookieOwner)
    }

    @Test func aURLThatTwoLivingNodesServeBehindNamesNeither() {
        var cluster = Self.cluster()
        let url = "http://mcp.internal:8080"
        Self.judge(&cluster, .created, "s", url)
        #expect(Self.judge(&cluster, .refused, "t", url)?.node == "n1")
        Self.judge(&cluster, .served, "t", url)
        #expect(Self.judge(&cluster, .refused, "s", url)?.node == nil)
        #expect(cluster.registry.unknownAddresses(at: cluster.now).map(\.text) == [url])
        // Once one of them is dead, the other is meant.
        cluster.check(for: 20) { $0.threeHeartbeats.filter { $0.key != "n2" } }
        Self.judge(&cluster, .served, "s", url)
        #expect(Self.judge(&cluster, .refused, "t", url)?.node == "n1")
    }

    /// An address is used again: what was seen there an hour ago is over.
    @Test func anAddressPassesToAnotherNode() {
        var cluster = Self.cluster()
        let url = "http://10.9.0.1:8080"
        Self.judge(&cluster, .served, "s", url)
        cluster.now = cluster.now + ServiceURLs.lastingSeconds + 1
        cluster.check(cluster.threeHeartbeats)
        cluster.readLive([cluster.session("s", "n1", "b1"), cluster.session("t", "n2", "b1")])
        Self.judge(&cluster, .served, "t", url)
        #expect(Self.judge(&cluster, .refused, "s", url)?.node == "n2")
    }

    @Test func onlyASessionOfALivingOwnerTeaches() {
        var cluster = Self.cluster()
        let url = "http://localhost:8101"
        func known(_ cluster: inout Cluster) -> String? { Self.judge(&cluster, .refused, "t", url)?.node }
        Self.judge(&cluster, .closed, "s", url)
        Self.judge(&cluster, .refused, "s", url)
        Self.judge(&cluster, .served, "unregistered", url)
        Self.judge(&cluster, .served, "bare", url)
        #expect(known(&cluster) == nil)
        // A learnt owner is not known from a record.
        cluster.serve("bare", at: "n2")
        Self.judge(&cluster, .served, "bare", url)
        #expect(known(&cluster) == nil)
        // The heartbeat of a living node says that this is its address.
        Self.judge(&cluster, .served, "s", "http://10.0.0.2:8080")
        #expect(Self.judge(&cluster, .refused, "s", "http://10.0.0.2:8080")?.node == "n2")
        let cookie = StickySighting.value("d1a653a6b43e2e0b")
        #expect(cluster.refuse("s", at: "n3", cookie: cookie)?.cause == .cookieElsewhere)
        cluster.check(for: 20) { $0.threeHeartbeats.filter { $0.key != "n1" } }
        Self.judge(&cluster, .served, "s", url)
        #expect(known(&cluster) == nil)
    }

    private static func suspicions(_ cluster: Cluster) -> [Suspicion]? {
        cluster.registry.nodeSummary(named: "n1", at: cluster.now)?.suspicions
    }

    /// The proxy cannot reach a node that goes on writing heartbeats.
    @Test func aNodeThatTheProxyCannotReachIsSuspect() {
        var cluster = Self.cluster()
        let url = "http://10.0.0.1:8080"
        for _ in 0..<3 { cluster.registry.noteUnreached("10.0.0.1:8080", url: url, at: cluster.now) }
        // It may just be about to stop.
        #expect(Self.suspicions(cluster) == [])
        cluster.check(for: 15) { $0.threeHeartbeats }
        #expect(Self.suspicions(cluster) == [.unreachable])
        #expect(cluster.registry.incidentSight(at: cluster.now).nodes["n1"]?.suspicions == [.unreachable])
        let explained = cluster.registry.explain(
            cluster.ref(bytes("s")), id: cluster.id("s"), live: .notRead(why: ""), aftermaths: Aftermaths(),
            hearsRequests: true, at: cluster.now)
        #expect(explained.verdict == .live)
        #expect(
            explained.evidence.contains { $0.fact == "the proxy could not reach n1: 3 requests answered 502 or 504" })
        // An answer of any kind ends that.
        Self.judge(&cluster, .refused, "t", url)
        #expect(Self.suspicions(cluster) == [])
    }

    @Test func aNodeThatStopsOrStartsIsNotSuspect() {
        var cluster = Self.cluster()
        let url = "http://10.0.0.1:8080"
        for _ in 0..<5 { cluster.registry.noteUnreached("10.0.0.1:8080", url: url, at: cluster.now) }
        cluster.check(for: 20) { $0.threeHeartbeats.filter { $0.key != "n1" } }
        #expect(Self.suspicions(cluster) == [])
        // It comes back with a new boot.
        func restarted(_ cluster: Cluster) -> [String: Heartbeat] {
            var heartbeats = cluster.threeHeartbeats
            heartbeats["n1"] = cluster.heartbeat("b2", started: 0)
            return heartbeats
        }
        cluster.check(for: 20) { restarted($0) }
        #expect(Self.suspicions(cluster) == [])
    }

    /// One place has many spellings.
    @Test(
        arguments: [
            ("http://10.0.0.1:80", "10.0.0.1", "http://10.0.0.1"),
            ("http://10.0.0.1", "10.0.0.1:80", "http://10.0.0.1:80"), ("https://h", "h:443", "https://h:443"),
            ("http://[fd00:0::0:1]:8080", "[fd00::1]:8080", "http://[fd00::1]:8080"),
            ("http://[FD00::A]:8080", "[fd00::000a]:8080", "http://[fd00::000a]:8080"),
            ("http://[::ffff:10.0.0.1]:8080", "10.0.0.1:8080", "http://10.0.0.1:8080"),
            ("10.0.0.1:8080", "10.0.0.1:8080", "http://10.0.0.1:8080"),
            ("10.0.0.1:8080/mcp", "10.0.0.1:8080", "http://10.0.0.1:8080"),
            ("http://Node-1:8080/", "node-1:8080", "http://node-1:8080"),
            ("http://node-1.svc.:8080", "node-1.svc:8080", "http://node-1.svc:8080"),
        ])
    func anAddressIsComparedInOneForm(heartbeatURL: String, address: String, url: String) {
        var cluster = Self.cluster()
        var heartbeats = cluster.threeHeartbeats
        heartbeats["n1"]?.url = heartbeatURL
        cluster.check(after: 3, heartbeats)
        var request = Self.request(cluster, .refused, "t", url)
        request.node = address
        #expect(cluster.judge(request)?.node == "n1")
        #expect(cluster.registry.unknownAddresses(at: cluster.now) == [])
    }

    /// The cookie of a weighted service is made of the service's name, and says nothing of the node.
    @Test(
        arguments: [
            ("s1@file", "e8bc163c82eee187", .notLogged), ("s1", "e8bc163c82eee187", .notLogged),
            ("mcp@file", "e8bc163c82eee187", .cookieRejected), (nil, "e8bc163c82eee187", .cookieRejected),
            ("s1@file", "cc3dd0c247d6ff41", .cookieOwner),
        ] as [(String?, String, StickyCause)])
    func theCookieOfAServiceNamesNoNode(service: String?, value: String, cause: StickyCause) {
        var cluster = Self.cluster()
        let judgement = Self.judge(
            &cluster, .refused, "s", "http://10.0.0.2:8080", service: service, cookie: .value(value),
            given: .value("d1a653a6b43e2e0b"))
        #expect(judgement?.cause == cause)
    }

    @Test func anotherLinesServiceIsRememberedAndItsCookieReplacesNone() {
        var cluster = Self.cluster()
        Self.judge(&cluster, .served, "s", "http://10.0.0.1:8080", service: "s1@file")
        let url = "http://10.0.0.2:8080"
        func cause(_ cluster: inout Cluster, _ sent: String, _ given: String) -> StickyCause? {
            Self.judge(
                &cluster, .refused, "s", url, service: "s2@file", cookie: .value(sent), given: .value(given))?.cause
        }
        #expect(cause(&cluster, "e8bc163c82eee187", "d1a653a6b43e2e0b") == .notLogged)
        #expect(cause(&cluster, "0123456789abcdef", "e8bc163c82eee187") == .cookieUnmapped)
        #expect(cause(&cluster, "0123456789abcdef", "d1a653a6b43e2e0b") == .cookieRejected)
    }
}
