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
