import Testing

@testable import Sessions

@Suite struct CauseTests {
    private static func cluster() -> Cluster {
        var cluster = Cluster()
        let last = cluster.threeHeartbeats["n3"]
        func heartbeats(_ cluster: Cluster) -> [String: Heartbeat] {
            cluster.threeHeartbeats.merging(["n3": last ?? .marker]) { _, b in b }
        }
        cluster.check(heartbeats(cluster))
        cluster.check(for: 15) { heartbeats($0) }
        cluster.read([cluster.session("s", "n1", "b1"), cluster.session("dead", "n3", "b1")])
        #expect(cluster.status("n3") == .dead)
        return cluster
    }

    @Test(
        arguments: [
            (.notLogged, .notLogged, nil), (.none, .noCookie, nil),
            (.value("cc3dd0c247d6ff41"), .cookieOwner, "n1"), (.value("d1a653a6b43e2e0b"), .cookieElsewhere, "n2"),
            (.value("db69a6a16d1bbe08"), .cookieDead, "n3"), (.value("f66426ef07607227"), .cookieOldScheme, "n1"),
            (.value("2698f2349e681ab1"), .cookieOldScheme, "n1"),
            (.value("http://10.0.0.2:8080"), .cookieOldScheme, "n2"),
            (.value("0123456789abcdef"), .cookieUnmapped, nil), (.value(""), .cookieUnmapped, nil),
            (.value("n1"), .cookieOwner, "n1"), (.value("n2"), .cookieElsewhere, "n2"),
            (.value("n3"), .cookieDead, "n3"),
        ] as [(StickySighting, StickyCause, String?)])
    func theCookieTellsWhy(cookie: StickySighting, cause: StickyCause, node: String?) {
        var cluster = Self.cluster()
        let judgement = cluster.refuse("s", at: "n2", cookie: cookie)
        #expect(judgement?.verdict == .misrouted)
        #expect(judgement?.cause == cause)
        #expect(judgement?.cookieNode == node)
        // Only of a misroute; where it points to is told of all.
        let other = cluster.refuse("dead", at: "n2", cookie: cookie)
        #expect(other?.verdict == .ownerDead)
        #expect(other?.cause == nil)
        #expect(other?.cookieNode == node)
    }

    /// The sent cookie decides first, then what the proxy gave.
    @Test(
        arguments: [
            (.none, .none, .stickinessOff), (.none, .value("d1a653a6b43e2e0b"), .noCookie),
            (.none, .notLogged, .noCookie), (.none, .noHeader, .noCookie), (.notLogged, .none, .notLogged),
            (.noHeader, .none, .notLogged), (.noHeader, .value("d1a653a6b43e2e0b"), .notLogged),
            (.value("0123456789abcdef"), .value("d1a653a6b43e2e0b"), .cookieRejected),
            (.value("0123456789abcdef"), .value("fedcba9876543210"), .cookieRejected),
            (.value("0123456789abcdef"), .value("0123456789abcdef"), .cookieUnmapped),
            (.value("0123456789abcdef"), .none, .cookieUnmapped),
            (.value("cc3dd0c247d6ff41"), .value("d1a653a6b43e2e0b"), .cookieOwner),
            (.value("d1a653a6b43e2e0b"), .value("db69a6a16d1bbe08"), .cookieElsewhere),
            (.value("db69a6a16d1bbe08"), .value("d1a653a6b43e2e0b"), .cookieDead),
            (.value("2698f2349e681ab1"), .value("d1a653a6b43e2e0b"), .cookieOldScheme),
        ] as [(StickySighting, StickySighting, StickyCause)])
    func theGivenCookieTellsTheRest(sent: StickySighting, given: StickySighting, cause: StickyCause) {
        var cluster = Self.cluster()
        #expect(cluster.refuse("s", at: "n2", cookie: sent, given: given)?.cause == cause)
    }

    /// The proxy's own cookies show its scheme; a setting wins over them.
    @Test func theSchemeInUseIsLearnt() {
        var cluster = Self.cluster()
        let (sha256, fnv1) = (StickySighting.value("cc3dd0c247d6ff41"), StickySighting.value("2698f2349e681ab1"))
        func cause(_ cluster: inout Cluster, _ sent: StickySighting, time: Double = 0) -> StickyCause? {
            cluster.refuse("s", at: "n2", time: time, cookie: sent)?.cause
        }
        #expect(cause(&cluster, fnv1) == .cookieOldScheme)
        // Traefik 3.3.3 gives its cookies: they are not old.
        let give = cluster.request(.served, "s", at: "n1", time: -60, given: fnv1)
        #expect(cluster.registry.judge(give, at: cluster.now) == nil)
        #expect(cluster.registry.traefikScheme() == .traefikFNV1)
        #expect(cause(&cluster, fnv1) == .cookieOwner)
        #expect(cause(&cluster, fnv1, time: -61) == .cookieOldScheme)
        // It is upgraded, and the very line that refuses the old cookie shows the new scheme.
        cluster.now = cluster.now + 5
        let refused = cluster.refuse("s", at: "n2", cookie: fnv1, given: .value("d1a653a6b43e2e0b"))
        #expect(refused?.cause == .cookieOldScheme)
        #expect(cause(&cluster, fnv1, time: -1) == .cookieOwner)
        // It is downgraded again.
        cluster.now = cluster.now + 5
        #expect(cluster.refuse("s", at: "n2", cookie: sha256, given: fnv1)?.cause == .cookieRejected)
        cluster.registry.stickyRules.traefik = .traefikSHA256
        #expect(cause(&cluster, fnv1) == .cookieOldScheme)
        cluster.registry.stickyRules.traefik = nil
        #expect(cause(&cluster, fnv1) == .cookieOwner)
    }

    @Test func theFirstCauseIsKeptUntilTheSessionIsServed() {
        var cluster = Self.cluster()
        func explained(_ cluster: Cluster) -> Explanation {
            let id = cluster.id("s")
            return cluster.registry.explain(
                cluster.ref(bytes("s")), id: id, live: .notRead(why: ""), aftermaths: Aftermaths(), hearsRequests: true,
                at: cluster.now)
        }
        cluster.refuse("s", at: "n2", cookie: .value("2698f2349e681ab1"), given: .value("d1a653a6b43e2e0b"))
        #expect(explained(cluster).cause == .cookieOldScheme && explained(cluster).firstCause == nil)
        cluster.refuse("s", at: "n2", cookie: .value("d1a653a6b43e2e0b"))
        let second = explained(cluster)
        #expect(second.cause == .cookieElsewhere && second.firstCause == .cookieOldScheme)
        #expect(second.advice.why.hasSuffix("at first, its sticky cookie was written by an older version of Traefik."))
        #expect(second.evidence.contains { $0.fact == "at first, \(StickyCause.cookieOldScheme.fact)" })
        cluster.serve("s", at: "n1")
        cluster.now = cluster.now + 1
        cluster.refuse("s", at: "n2", cookie: .none)
        #expect(explained(cluster).cause == .noCookie && explained(cluster).firstCause == nil)
    }

    /// What is old follows the Traefik in use; what is newer was written by one that was upgraded.
    @Test(
        arguments: [
            (.traefikSHA256, [.cookieOwner, .cookieOldScheme, .cookieOldScheme, .cookieOldScheme]),
            (.traefikFNV1, [.cookieOwner, .cookieOwner, .cookieOldScheme, .cookieOldScheme]),
            (.traefikFNV1a, [.cookieOwner, .cookieOwner, .cookieOwner, .cookieOldScheme]),
            (.traefikURL, [.cookieOwner, .cookieOwner, .cookieOwner, .cookieOwner]),
        ] as [(StickyScheme, [StickyCause])])
    func whichSchemeIsOldIsConfigured(current: StickyScheme, causes: [StickyCause]) {
        var cluster = Self.cluster()
        cluster.registry.stickyRules.traefik = current
        let values = ["cc3dd0c247d6ff41", "2698f2349e681ab1", "f66426ef07607227", "http://10.0.0.1:8080"]
        #expect(values.map { cluster.refuse("s", at: "n2", cookie: .value($0))?.cause } == causes)
    }

    @Test func aURLThatMovesIsFollowed() {
        var cluster = Self.cluster()
        #expect(cluster.registry.node(ofCookie: "cc3dd0c247d6ff41")?.node == "n1")
        var heartbeats = cluster.threeHeartbeats
        heartbeats["n1"]?.url = "http://10.0.0.7:8080"
        heartbeats["n2"]?.url = "http://10.0.0.1:8080"
        cluster.check(after: 3, heartbeats)
        #expect(cluster.registry.node(ofCookie: "cc3dd0c247d6ff41")?.node == "n2")
        #expect(cluster.registry.node(ofCookie: "d1a653a6b43e2e0b") == nil)
        #expect(cluster.refuse("s", at: "n3", cookie: .value("cc3dd0c247d6ff41"))?.cause == .cookieElsewhere)
    }

    @Test func noCookieIsShown() {
        let cluster = Cluster()
        for value in [StickySighting.value("secret"), .none, .notLogged] {
            let request = cluster.request(.refused, "credential", at: "n1", cookie: value, client: "c")
            var dumped = ""
            dump(request, to: &dumped)
            dump(value, to: &dumped)
            #expect(!"\(request) \(value) \(dumped)".contains("secret"))
            #expect(!"\(request) \(dumped)".contains("credential"))
        }
    }
}
