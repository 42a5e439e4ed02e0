import Exposition
import Foundation
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Sessiond

/// Situations in which somebody is woken, the verdict that is right, and the advice that ends the question. With
/// ``VerdictRedisTests``, which brings each verdict about by itself, these are the mixtures.
@Suite(.ownThreads) struct SituationRedisTests {
    private static let id = uuid(100)
    private static let cookies = nodeCookies

    struct Cookie: Sendable, CustomTestStringConvertible {
        var value: String?
        var cause: String
        var step: String
        var testDescription: String { cause }
    }

    @Test(arguments: [
        Cookie(value: cookies["node-1"], cause: "cookie_owner", step: "The proxy did not send it to node-1"),
        Cookie(value: cookies["node-2"], cause: "cookie_elsewhere", step: "Its cookie was rewritten"),
        Cookie(value: cookies["node-3"], cause: "cookie_dead", step: "the cookie of a dead node"),
        Cookie(value: "f66426ef07607227", cause: "cookie_old_scheme", step: "The proxy was upgraded"),
        Cookie(value: "0000000000000000", cause: "cookie_unmapped", step: "Compare the url in the heartbeats"),
        Cookie(value: nil, cause: "not_logged", step: "make Traefik's access log keep the headers"),
    ])
    func aMisroutedRequestIsExplainedByItsCookie(cookie: Cookie) async throws {
        let cluster = try await ExplainedCluster()
        try await cluster.kill(3)
        try await cluster.refuse(Self.id, by: "node-2", cookie: cookie.value)
        let answer = try await cluster.explanation(of: Self.id, "misrouted certain")
        #expect(answer.finding == "misrouted certain")
        #expect(answer["cause"]?.string == cookie.cause)
        #expect(answer["what_to_do"]?[1]?.string?.contains(cookie.step) == true)
        await cluster.stop()
    }

    @Test func misroutedAndThenItsOwnerDies() async throws {
        let cluster = try await ExplainedCluster()
        try await cluster.refuse(Self.id, by: "node-2", cookie: Self.cookies["node-3"])
        #expect(try cluster.explain(Self.id)["verdict"] == "misrouted")
        try await cluster.kill(1)
        let answer = try await cluster.explanation(of: Self.id, "owner_dead certain")
        #expect(answer.finding == "owner_dead certain")
        #expect(answer.hasFact("events: 1 request refused since it was last served, the last by node-2"))
        // Kept for a second.
        try await eventually("the others to be counted") {
            try cluster.explain(Self.id)["blast_radius"]?["sessions"] == 10
        }
        await cluster.stop()
    }

    @Test func theHeartbeatOfItsNodeEndedAndTheNodeWorksOn() async throws {
        let cluster = try await ExplainedCluster()
        try await cluster.kill(1)
        var registered = 0
        try await eventually("a session that can only be of a living node") {
            registered += 1
            let id = uuid(2_000 + registered)
            try cluster.redis.run([session(id, node: "node-1", boot: "b1", created: try cluster.redis.now())])
            return cluster.watched.node("node-1")?.flags == [.silentButWorking]
        }
        let answer = try await cluster.explanation(of: Self.id, "owner_dead unsure")
        #expect(answer.finding == "owner_dead unsure")
        let why = try #require(answer["why"]?.string)
        #expect(why.contains(#/^node-1's heartbeat ended \d+s ago, and it registered a session \d+s ago: /#), "\(why)")
        #expect(answer["what_to_do"]?[0]?.string?.hasPrefix("Fix its heartbeat; do not restart it") == true)
        #expect(answer["runbook"] == "alerts/runbooks/McpNodeSilentButWorking.md")
        let ended = #/registry: node-1's heartbeat ended \d+s ago, but it has registered/#
        #expect(answer.facts.contains { $0.contains(ended) })
        #expect(Golden.hasExample(answer.words), "\(answer.words)")

        // Heard again, it is as before.
        try await cluster.restart(1, boot: "b1")
        #expect(try await cluster.explanation(of: Self.id, "live certain").finding == "live certain")
        await cluster.stop()
    }

    @Test func aDeadNodesSessionIsRenewedByTheNodeThatRefusesIt() async throws {
        let cluster = try await ExplainedCluster()
        try await cluster.kill(1)
        try await cluster.refuse(Self.id, by: "node-2")
        #expect(try cluster.explain(Self.id).facts.contains { $0.contains("renewed") } == false)
        var lifetime = 2_000_000
        let fact = "registry: its key was renewed or rewritten while its owner was silent"
        let answer = try await cluster.explanation(of: Self.id) { answer in
            lifetime += 1_000
            _ = try? cluster.redis.run([["EXPIRE", "mcp:session:\(Self.id)", "\(lifetime)"]])
            return answer.hasFact(fact)
        }
        #expect(answer.finding == "owner_dead certain")
        #expect(answer.hasFact("\(fact), renewed by others: node-2 refused it"))
        #expect(cluster.watched.node("node-1")?.flags == [])
        await cluster.stop()
    }

    @Test func aClientThatIsStuckOnADeadNodesSession() async throws {
        let cluster = try await ExplainedCluster()
        try await cluster.kill(1)
        try await cluster.refuse(Self.id, by: "node-2", times: 4)
        let answer = try await cluster.explanation(of: Self.id, "owner_dead certain")
        #expect(answer.finding == "owner_dead certain" && answer["stuck"] == true)
        #expect(answer["what_to_do"]?.array?.last?.string?.hasPrefix("The client repeats the refused request") == true)
        #expect(answer["blast_radius"] == ["sessions": 10, "recovered": 0, "stuck": 1, "silent": 9])
        await cluster.stop()
    }

    @Test func itsNodeRestartsWhileRedisIsAway() async throws {
        let cluster = try await ExplainedCluster(["--appendonly", "yes", "--appendfsync", "always"])
        cluster.redis.signal(SIGKILL)
        try await eventually("the loss to be seen") { !cluster.watched.view.isComplete }
        let during = try await cluster.explanation(of: Self.id, "unverified unsure")
        #expect(during.finding == "unverified unsure")
        #expect(during["why"]?.string?.contains("In the last complete view it was owned.") == true)
        try cluster.redis.restart()
        try await cluster.restart(1, boot: "b1-2")
        try await eventually("a whole view") { cluster.watched.isWholeAndLive }
        let after = try await cluster.explanation(of: Self.id, "owner_restarted certain")
        #expect(after.finding == "owner_restarted certain")
        #expect(after.hasFact("heartbeats: its owner's boot was b1; node-1 runs boot b1-2 now"))
        await cluster.stop()
    }

    @Test func itsNodeRestartsAndThenDies() async throws {
        let cluster = try await ExplainedCluster()
        try await cluster.restart(1, boot: "b1-2")
        #expect(
            try await cluster.explanation(of: Self.id, "owner_restarted certain").finding == "owner_restarted certain")
        try await cluster.kill(1)
        let answer = try await cluster.explanation(of: Self.id, "owner_dead certain")
        #expect(
            answer["why"]?.string?.hasPrefix("The process that held it was replaced, and node-1 has been dead for ")
                == true)
        #expect(answer.hasFact("heartbeats: its owner's boot was b1; node-1 last ran boot b1-2"))
        await cluster.stop()
    }

    @Test func anOrphanIsTakenUpByAnotherNode() async throws {
        let cluster = try await ExplainedCluster()
        try await cluster.kill(1)
        try await cluster.refuse(Self.id, by: "node-2", secondsAgo: 5)
        try cluster.redis.run([session(Self.id, node: "node-2", boot: "b2", created: try cluster.redis.now())])
        try await cluster.known(Self.id) { $0?.node == "node-2" }
        // The refusal is older than the session is now.
        #expect(try await cluster.explanation(of: Self.id, "live certain").finding == "live certain")
        await cluster.stop()
    }

    @Test func aRetryAfterTheClientClosedItself() async throws {
        let cluster = try await ExplainedCluster()
        try cluster.redis.run([["DEL", "mcp:session:\(Self.id)"]])
        try await eventually("its end") { cluster.watched.ending(Self.id) == .closed }
        try await cluster.refuse(Self.id, by: "node-2", message: "session not found in registry")
        let answer = try cluster.explain(Self.id)
        #expect(answer["verdict"] == "closed" && answer["ended"]?["how"] == "closed")
        #expect(answer["refused"]?["recent"]?[0]?["verdict"] == "closed")
        #expect(try cluster.explain(ref: ref(Self.id))["verdict"] == "closed")
        await cluster.stop()
    }

    @Test func aForgedIdThatNodesAreAskedForAgainAndAgain() async throws {
        let cluster = try await ExplainedCluster()
        let forged = "../../etc/passwd:*[\\\"{"
        let escaped = forged.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        try await cluster.refuse(escaped, by: "node-1", times: 3, message: "session not found in registry")
        let answer = try cluster.explain(forged)
        #expect(answer["verdict"] == "never_seen")
        #expect(answer["state"]?.isNull == true && answer["owner"]?.isNull == true)
        await cluster.stop()
    }

    @Test(arguments: [-40.0, 40])
    func aNodeWhoseClockIsOff(behind: Double) async throws {
        let cluster = try await ExplainedCluster()
        try await cluster.refuse(uuid(300), by: "node-2", cookie: Self.cookies["node-3"], secondsAgo: behind)
        try await cluster.refuse(uuid(200), by: "node-3", secondsAgo: behind)
        let answer = try await cluster.explanation(of: uuid(300), "misrouted certain")
        #expect(answer.finding == "misrouted certain")
        let side = behind < 0 ? "ahead of" : "behind"
        #expect(answer.facts.contains { $0.contains("node-3's clock is ") && $0.contains(" \(side) Redis'") })
        await cluster.stop()
    }

    @Test func aSessionOlderThanItsNodesProcessWhereNoBootIsRecorded() async throws {
        let cluster = try await ExplainedCluster()
        let now = try cluster.redis.now()
        try cluster.redis.run([
            session(uuid(1), node: "node-1", boot: nil, created: now - 500),
            ExplainedCluster.heartbeat(1, boot: nil, started: now - 100),
        ])
        try await cluster.known(uuid(1)) { $0?.state == .orphaned(.ownerRestarted) }
        let answer = try await cluster.explanation(of: uuid(1), "owner_restarted likely")
        #expect(answer.finding == "owner_restarted likely")
        #expect(answer["why"]?.string?.contains("older than node-1's present process") == true)
        await cluster.stop()
    }

    @Test func theNodeThatALogToldIsGone() async throws {
        let cluster = try await ExplainedCluster()
        try cluster.redis.run([["SET", "mcp:session:\(uuid(1))", "1", "EX", "1000"]])
        try await cluster.known(uuid(1)) { $0 != nil }
        try await cluster.create(uuid(1), by: "node-1")
        try await cluster.known(uuid(1)) { $0?.isLearnt == true }
        #expect(try await cluster.explanation(of: uuid(1), "live likely").finding == "live likely")
        try await cluster.kill(1)
        let answer = try cluster.explain(uuid(1))
        #expect(answer["verdict"] == "unowned" && answer["reason"] == "learnt_owner_gone")
        #expect(answer["why"]?.string?.hasSuffix("the owner that a log named, node-1, is gone.") == true)
        await cluster.stop()
    }

    @Test func aNodeThatMakesSessionsAndDoesNotRegisterThem() async throws {
        let cluster = try await ExplainedCluster()
        try await cluster.create(uuid(1), by: "node-2")
        let answer = try cluster.explain(uuid(1))
        #expect(answer["verdict"] == "never_seen")
        #expect(answer["why"]?.string?.hasSuffix("the node did not write it to Redis.") == true)
        #expect(answer.hasFact("events: node-2 said that it has it, but it was never registered"))
        await cluster.stop()
    }

    @Test func theKeyIsNewerThanThePicture() async throws {
        // Read every hour: what happens to the keys is seen by the answer alone.
        let cluster = try await ExplainedCluster(isScanning: true)
        try cluster.redis.run([
            session(uuid(100), node: "node-2", boot: "b2", created: try cluster.redis.now()),
            ["DEL", "mcp:session:\(uuid(101))"],
            session(uuid(102), node: "node-3", boot: "old", created: try cluster.redis.now() - 5_000),
            session(uuid(1), node: "node-1", boot: "b1", created: try cluster.redis.now()),
        ])
        let taken = try await cluster.explanation(of: uuid(100), "live likely")
        #expect(taken.finding == "live likely" && taken["owner"]?["node"] == "node-2")
        #expect(taken["node"] == "node-1", "the row is the view's")
        let gone = try cluster.explain(uuid(101))
        #expect(gone["verdict"] == "closed" && gone["live"]?["found"] == false)
        // Whether that boot has just begun or is long gone, the next reading tells.
        #expect(try await cluster.explanation(of: uuid(102), "live unsure").finding == "live unsure")
        #expect(try await cluster.explanation(of: uuid(1), "live likely").finding == "live likely")
        await cluster.stop()
    }

    @Test func redisHangsWhileItIsAsked() async throws {
        let cluster = try await ExplainedCluster()
        cluster.redis.signal(SIGSTOP)
        try await eventually("the silence to be seen") { !cluster.watched.view.isComplete }
        #expect(try await cluster.explanation(of: Self.id, "unverified unsure").finding == "unverified unsure")
        cluster.redis.signal(SIGCONT)
        try await eventually("the view to be whole again") { cluster.watched.isWholeAndLive }
        try await eventually("its key to be read again") { try cluster.explain(Self.id).finding == "live certain" }
        await cluster.stop()
    }

    @Test func afterAFlushANodeRegistersItsSessionsAnew() async throws {
        let cluster = try await ExplainedCluster()
        try cluster.redis.run([["FLUSHALL"]])
        for node in 1...3 { try await cluster.restart(node, boot: "b\(node)") }
        let watched = cluster.watched
        try await eventually("their end") { watched.ending(uuid(101)) == .vanished && watched.isWholeAndLive }
        try cluster.redis.run([session(Self.id, node: "node-1", boot: "b1", created: try cluster.redis.now() - 500)])
        try await cluster.known(Self.id) { $0 != nil }
        #expect(try await cluster.explanation(of: Self.id, "live certain").finding == "live certain")
        let other = try cluster.explain(uuid(101))
        #expect(other["verdict"] == "vanished" && other["blast_radius"]?["sessions"] == 30)
        #expect(other["blast_radius"]?["recovered"] == 1)
        await cluster.stop()
    }

    @Test func aDrainingNodesSessionIsWell() async throws {
        let cluster = try await ExplainedCluster()
        var beat = ExplainedCluster.heartbeat(1, boot: "b1", started: try cluster.redis.now() - 1_000)
        beat[2] = beat[2].replacing("{", with: "{\"state\":\"draining\",")
        try cluster.redis.run([beat])
        try await eventually("the drain to be seen") { cluster.watched.node("node-1")?.node.status == .draining }
        let answer = try await cluster.explanation(of: Self.id, "live certain")
        #expect(answer.finding == "live certain")
        #expect(answer.hasFact("it is draining"))
        await cluster.stop()
    }

    @Test func beforeTheFirstReadingNobodyIsToldWhatIsNotKnown() async throws {
        let registry = PaperRegistry()
        registry.watched.watch.registry.withLock { $0.beginFullScan() }
        for answer in [
            registry.watched.get("/api/v1/sessions/\(ref(Self.id))"),
            registry.watched.lookup("{\"id\":\"\(Self.id)\"}"),
            registry.watched.get("/api/v1/sessions/s:1234"),
        ] {
            #expect(answer.status == 503)
            #expect(answer.headers["Retry-After"] == "2")
            #expect(try JSONValue(parsing: answer.body)["sessions_read"] == 0)
        }
    }
}
