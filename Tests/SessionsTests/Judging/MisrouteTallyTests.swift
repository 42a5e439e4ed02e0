import TestSupport
import Testing

@testable import Sessions

@Suite struct MisrouteTallyTests {
    private static func judgement(
        _ verdict: Verdict, _ node: String?, _ owner: String?, _ cause: StickyCause? = nil, client: String? = nil,
        ref: UInt64? = 1, at seconds: Double = 0
    ) -> Judgement {
        var judgement = Judgement(
            ref: ref.map { SessionRef($0) }, time: UnixTime(seconds: 1e9 + seconds), verdict: verdict)
        (judgement.node, judgement.owner, judgement.cause, judgement.client) = (node, owner, cause, client)
        return judgement
    }

    @Test func addsUpByNodesVerdictsCausesAndClients() {
        var tally = MisrouteTally()
        #expect(tally.snapshot == MisrouteTally.Snapshot())
        let judged = [
            Self.judgement(.misrouted, "n2", "n1", .noCookie, client: "b"),
            Self.judgement(.misrouted, "n2", "n1", .cookieOwner, client: "a"),
            Self.judgement(.misrouted, nil, "n1", .noCookie, client: "a"),
            Self.judgement(.ownerDenies, "n1", "n1"), Self.judgement(.unverified, "n1", nil),
            Self.judgement(.closed, "n1", "n2", client: ""), Self.judgement(.closed, "n1", "n3"),
            Self.judgement(.neverSeen, nil, nil), Self.judgement(.unverified, "n1", nil, client: "a", ref: nil),
        ]
        for judgement in judged { tally.add(judgement) }
        var snapshot = MisrouteTally.Snapshot()
        snapshot.misroutes = [
            .init(node: "", owner: "n1", verdict: .misrouted, count: 1),
            .init(node: "n1", owner: "", verdict: .unverified, count: 2),
            .init(node: "n1", owner: "n1", verdict: .ownerDenies, count: 1),
            .init(node: "n2", owner: "n1", verdict: .misrouted, count: 2),
        ]
        snapshot.unknownSessions = [
            .init(node: "", owner: "", verdict: .neverSeen, count: 1),
            .init(node: "n1", owner: "", verdict: .closed, count: 2),
        ]
        snapshot.causes = [.noCookie: 2, .cookieOwner: 1]
        snapshot.clients = [.init(name: "a", count: 3, error: 0), .init(name: "b", count: 1, error: 0)]
        snapshot.recent = judged
        #expect(tally.snapshot == snapshot)
    }

    @Test func itsNamesAndItsListsAreBounded() {
        var tally = MisrouteTally()
        for number in 0..<2000 {
            tally.add(
                Self.judgement(
                    .misrouted, "n\(number)", "n0", .notLogged, client: "c\(number)", ref: UInt64(number)))
        }
        let snapshot = tally.snapshot
        // n0 is one of them, as it owns all.
        #expect(snapshot.misroutes.count == MisrouteTally.nodeLimit + 1)
        #expect(snapshot.misroutes.filter { $0.node == "other" }.map(\.count) == [2000 - MisrouteTally.nodeLimit])
        #expect(snapshot.misroutes.map(\.count).reduce(0, +) == 2000)
        #expect(snapshot.clients.count == MisrouteTally.clientLimit)
        #expect(snapshot.recent.map(\.ref?.value) == Array(976..<2000))
    }

    /// Roll-outs under ever new names: the names that nobody asks for any more give up their places.
    @Test func idleNodesGiveUpTheirPlacesAndTheirCountsMove() {
        var tally = MisrouteTally()
        tally.add(Self.judgement(.misrouted, "steady", "n0"))
        for number in 0..<2000 {
            let seconds = Double(number) * 10
            tally.add(Self.judgement(.misrouted, "n\(number)", "steady", at: seconds))
            tally.add(Self.judgement(.ownerDead, "steady", "n\(number)", at: seconds))
        }
        let snapshot = tally.snapshot
        let (newest, moved) = (
            snapshot.misroutes.filter { $0.node == "n1999" }, snapshot.misroutes.filter { $0.moved > 0 }
        )
        #expect(newest == [.init(node: "n1999", owner: "steady", verdict: .misrouted, count: 1)])
        #expect(snapshot.misroutes.map(\.count).reduce(0, +) == 4001)
        #expect(moved.allSatisfy { ($0.node == "other") != ($0.owner == "other") && $0.moved == $0.count })
        #expect(Set(snapshot.misroutes.map(\.node)).count <= MisrouteTally.nodeLimit + 2)
        // The owner that is asked for without a break keeps its count; the first one lost its own.
        #expect(tally.misroutedByOwner == ["steady": 2000])
        #expect(tally.refused == 4001)
    }

    @Test func pairsAreBounded() {
        var tally = MisrouteTally()
        for number in 0..<(2 * MisrouteTally.pairLimit) {
            tally.add(Self.judgement(.ownerDead, "a\(number % 256)", "b\(number / 256 % 250)"))
        }
        let misroutes = tally.snapshot.misroutes
        #expect(misroutes.count == MisrouteTally.pairLimit + 1)
        #expect(misroutes.first { $0.node == "other" }?.count == MisrouteTally.pairLimit)
    }

    @Test func whatComesOftenIsAmongTheTop() {
        var random = SeededRandom(for: "whatComesOftenIsAmongTheTop")
        var counter = SpaceSaving(limit: 20)
        var exact: [String: Int] = [:]
        for _ in 0..<20_000 {
            let name = random.oneIn(2) ? "often\(Int.random(in: 0..<5, using: &random))" : "\(random.next() % 3000)"
            counter.add(name)
            exact[name, default: 0] += 1
        }
        let top = counter.top
        #expect(top.count == 20)
        #expect(Set(top.prefix(5).map(\.name)) == Set((0..<5).map { "often\($0)" }), "seed \(random.seed)")
        for (name, count, error) in top {
            #expect((count - error...count).contains(exact[name] ?? 0), "seed \(random.seed)")
        }
    }

    @Test(arguments: [
        ("claude-code 2.1.0", "claude-code 2.1.0"), ("", ""), ("a\nb\u{1B}[31m", "a\u{FFFD}b\u{FFFD}[31m"),
        ("größe 漢字", "größe 漢字"), ("\u{202E}evil\u{200B}", "\u{FFFD}evil\u{FFFD}"), ("\u{7F}", "\u{FFFD}"),
        (String(repeating: "x", count: 65), String(repeating: "x", count: 64)),
        (String(repeating: "é", count: 64), String(repeating: "é", count: 64)),
    ])
    func clientsAreShownAsPlainText(text: String, shown: String) {
        #expect(PrintableText.of(text) == shown)
        var cluster = Cluster.ofThree { [$0.session("s", "n1", "b1", client: "of the key")] }
        #expect(cluster.refuse("s", at: "n2", client: text)?.client == shown)
        #expect(cluster.refuse("s", at: "n2")?.client == "of the key")
    }

    @Test func theVerdictsAreThoseOfTheContract() {
        #expect(
            Set(Verdict.allCases.map(\.rawValue)) == [
                "misrouted", "owner_dead", "owner_restarted", "owner_unknown", "owner_denies", "unowned", "closed",
                "expired", "cleaned", "evicted", "vanished", "never_seen", "malformed", "unverified", "live",
            ])
        #expect(
            Set(StickyCause.allCases.map(\.rawValue)) == [
                "no_cookie", "cookie_elsewhere", "cookie_owner", "cookie_dead", "cookie_old_scheme",
                "cookie_unmapped", "not_logged", "cookie_rejected", "stickiness_off",
            ])
        #expect(OrphanReason.allCases.map { Verdict($0).rawValue } == OrphanReason.allCases.map(\.rawValue))
        #expect(Ending.allCases.map { Verdict($0).rawValue } == Ending.allCases.map(\.rawValue))
        #expect(Verdict.allCases.filter { !$0.isMisroute && !$0.isUnknownSession } == [.unverified, .live])
        #expect(Verdict.allCases.allSatisfy { !($0.isMisroute && $0.isUnknownSession) })
    }
}
