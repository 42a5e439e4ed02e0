import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning
@testable import Configuration
@testable import Sessions

/// What a cleaner makes of other instances' reports of silence.
@Suite(.ownThreads) struct SilenceReportsTests {
    private static let owner = SessionOwner(node: "node-2", boot: "b2")
    private static let history = RedisHistory(["server": .init(runID: "r1", offset: 100)])

    /// An orphan of a node that is known, and a cleaner that has observed for a second and a half.
    private static func scene() throws -> (watched: WatchedRegistry, cleaner: Cleaner) {
        let watched = PaperRegistry { $0.nodes.deadAfterSeconds = 300 }
        watched.read([(uuid(1), #"{"node":"node-2","boot":"b2"}"#)], ["node-1": #"{"boot":"b1"}"#])
        let watch = watched.watched.watch
        watch.registry.withLock { registry in
            for number in 1...4 {
                var pulse = HeartbeatCheck()
                var heartbeat = Heartbeat()
                heartbeat.boot = "b1"
                pulse.heartbeats["node-1"] = heartbeat
                (pulse.history, pulse.isObservation) = (history, true)
                registry.take(pulse, at: PaperRegistry.epoch + Double(number) * 0.5)
            }
        }
        return (watched.watched, Cleaner(watch, board: CleanupBoard(CleanupSettings()), holder: "own"))
    }

    private static func report(
        _ seconds: Double, count: Int, heard: Bool = true, history: RedisHistory = history
    ) -> SharedEvidence {
        let node = SilenceReport.Node(
            name: owner.node, owners: [.init(boot: owner.boot, silentSeconds: seconds, wasHeard: heard)],
            soleBoot: nil, soleSeconds: 0, isShared: false, renewed: [])
        let silence = SilenceReport(fingerprint: CleanupScene.fingerprint, history: history, nodes: [node])
        var evidence = SharedEvidence()
        evidence.reports = ["other": .init(count: count, silence: silence)]
        return evidence
    }

    private static func silence(_ watched: WatchedRegistry) -> Double? {
        watched.watch.registry.withLock { $0.evidence.nodes[owner.node]?.owner(owner.boot)?.silentSeconds }
    }

    /// Its author may have died, or sleep, at any time since: only one that is renewed while we watch observes now.
    @Test func `nobody goes on with a report that is not renewed`() async throws {
        let (watched, cleaner) = try Self.scene()
        let own = try #require(Self.silence(watched))
        #expect(await cleaner.adoptReports() == false)
        for seconds in [0.0, 5, 400] {
            await cleaner.take(Self.report(5_000, count: 7), at: 100 + seconds)
            #expect(await cleaner.adoptReports() == false)
        }
        #expect(Self.silence(watched) == own)
        await cleaner.take(Self.report(5_002, count: 8), at: 501)
        #expect(await cleaner.adoptReports())
        #expect(Self.silence(watched) == 5_002)
    }

    /// Of ourselves, and of whoever left.
    @Test func `our own report and one that is gone are nobody's`() async throws {
        let (watched, cleaner) = try Self.scene()
        let own = try #require(Self.silence(watched))
        for count in 1...3 {
            var evidence = Self.report(5_000, count: count)
            evidence.reports = ["own": evidence.reports["other"]!]
            await cleaner.take(evidence, at: Double(count))
        }
        #expect(await cleaner.adoptReports() == false)
        await cleaner.take(Self.report(5_000, count: 1), at: 10)
        await cleaner.take(SharedEvidence(), at: 15)
        await cleaner.take(Self.report(5_000, count: 2), at: 20)
        #expect(await cleaner.adoptReports() == false)
        #expect(Self.silence(watched) == own)
    }

    @Test(arguments: [
        RedisHistory(["server": .init(runID: "r2", offset: 100)]),
        RedisHistory([:]), RedisHistory(["server": .init(runID: "r1", offset: 1), "b": .init(runID: "r1", offset: 1)]),
    ])
    func `nor does anybody go on with one that read another history`(_ history: RedisHistory) async throws {
        let (watched, cleaner) = try Self.scene()
        let own = try #require(Self.silence(watched))
        for count in 1...2 { await cleaner.take(Self.report(5_000, count: count, history: history), at: Double(count)) }
        _ = await cleaner.adoptReports()
        #expect(Self.silence(watched) == own)
    }

    /// That it heard the owner counts here too, at once; that it heard nothing does not.
    @Test func `what another instance heard ends the silence here`() async throws {
        let (watched, cleaner) = try Self.scene()
        let own = try #require(Self.silence(watched))
        #expect(own > 1)
        await cleaner.take(Self.report(0, count: 1, heard: false), at: 1)
        await cleaner.take(Self.report(0, count: 2, heard: false), at: 2)
        #expect(Self.silence(watched) == own)
        await cleaner.take(Self.report(0.25, count: 3), at: 3)
        #expect(Self.silence(watched) == 0.25)
    }
}
