import Glibc
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Configuration
@testable import Intake
@testable import Watching

extension DeploymentTests {
    /// Watching whichever server the sentinels name.
    @Suite struct SentinelTests {
        /// As many as it takes to see that all of them went at once.
        static let ids = (1...100).map(uuid)

        /// A master is given long to answer, so that none is replaced because the machine is busy.
        @Test func failoversAreFollowedAndNobodyElseIsBelieved() async throws {
            let lab = try PrivateSentinels(replicas: 1, downAfterMilliseconds: 60_000, failoverMilliseconds: 20_000)
            defer { lab.stop() }
            try Self.fill(lab.servers[0])
            let watched = WatchedRegistry(deployment: try RedisDeployment(url: lab.url), of: lab) { plan in
                // A reading lasts for seconds, so that what holds meanwhile is seen.
                (plan.catchUpShare, plan.redisShare) = (0.001, 0.001)
            }
            watched.start()
            try await Self.masterIsRead(watched, lab)
            let folder = try TemporaryFolder(prefix: "failover")
            defer { folder.remove() }
            let incidents = IncidentWatcher(
                watched.watch, intake: watched.intake, board: watched.incidents, stateDirectory: folder.path)
            await incidents.takeSight()
            try await Self.failoverIsFollowed(watched, lab)
            await incidents.takeSight()
            try Self.failoverIsAnIncident(watched)
            try await Self.failoverToAnEmptyReplica(watched, lab)
            try await Self.sentinelsAreGone(watched, lab)
            try await Self.masterIsDemotedUnseen(watched, lab)
            await watched.stop()
        }
    }
}

extension DeploymentTests.SentinelTests {
    private static func fill(_ server: PrivateRedis) throws {
        let now = try server.now()
        try server.run(
            (0..<100).map { ["SET", "other:\($0)", "x"] } + ids.map { record($0, node: "node-1", now: now) }
                + [heartbeat("node-1"), heartbeat("node-2"), ["WAIT", "1", "60000"]])
    }

    private static func masterIsRead(_ watched: WatchedRegistry, _ lab: PrivateSentinels) async throws {
        try await watched.soon("the master to be tracked") { watched.view.isComplete && watched.watch.isTracking }
        try await watched.soon("the owner to be alive") { watched.counts.owned == ids.count }
        #expect(watched.refs == Set(ids.map(ref)))
        #expect(watched.servers == [lab.servers[0].endpoint])
        #expect(watched.completeness == (true, nil))
        #expect(watched.readiness.status == 200)
        let status = try watched.json("/api/v1/status")["data"]
        #expect(status?["watch"]?["mode"] == "tracking")
        let sentinels = lab.sentinels.map(\.endpoint.address).joined(separator: ", ")
        #expect(status?["redis"]?["endpoint"]?.string == "mymaster/0 of the sentinels \(sentinels)")
    }

    /// The former master goes on calling itself one for some 10 s, and takes writes.
    private static func failoverIsFollowed(_ watched: WatchedRegistry, _ lab: PrivateSentinels) async throws {
        let before = watched.resyncCount
        let (old, new) = try lab.failover()
        try await watched.soon("the new master to be read") { watched.servers == [new.endpoint] }
        try await notWhole(watched)
        let now = try new.now()
        // A node that restarted is seen where it writes, and stays seen.
        try new.run([heartbeat("node-2", boot: "boot-2")])
        _ = try? old.run([record("of-the-old", node: "node-1", now: now), heartbeat("node-2", boot: "boot-1")])
        try await watched.soon("the view to be whole again") { watched.view.isComplete }
        try await watched.soon("the new boot") { watched.node("node-2")?.node.restarts == 1 }
        var (looks, last) = (0, watched.watch.registry.withLock { $0.lastCheck })
        try await watched.soon("ten looks more") {
            let pulse = watched.watch.registry.withLock { $0.lastCheck }
            if pulse != last { (looks, last) = (looks + 1, pulse) }
            return looks == 10
        }
        #expect(watched.node("node-2")?.node.restarts == 1, "heartbeats of the former master were believed")

        #expect(watched.resyncCount > before)
        #expect(watched.refs == Set(ids.map(ref)))
        #expect(watched.endings == [:])
        #expect(ids.allSatisfy { watched.ending(of: $0) == nil })
        try await watched.liveChange("a change on the new master") {
            try new.run([record("of-the-new", node: "node-1", now: now)])
        } isSeen: {
            watched.knows("of-the-new")
        }
        try lab.waitUntilDemoted(old)
        #expect(watched.servers == [new.endpoint])
        #expect(watched.refs == Set((ids + ["of-the-new"]).map(ref)))
    }

    private static func failoverIsAnIncident(_ watched: WatchedRegistry) throws {
        let incidents = try watched.json("/api/v1/incidents")["data"]?.array ?? []
        let failovers = incidents.filter { $0["kind"] == "redis_failover" }
        #expect(failovers.count == 1 && failovers.first?["open"] == false, "\(incidents)")
    }

    /// While everything is read again, every answer says that the view is incomplete.
    private static func notWhole(_ watched: WatchedRegistry) async throws {
        var seen: (status: (isComplete: Bool?, gap: String?), readiness: String)?
        try await watched.soon("the view to be not whole, or whole again") {
            guard !watched.view.isComplete else { return watched.readingCount > 1 }
            seen = (watched.completeness, watched.readiness.text)
            return !watched.view.isComplete
        }
        let found = try #require(seen, "the view of the former master was passed off as the new one's")
        #expect(found.status.isComplete == false)
        #expect(found.status.gap != nil)
        #expect(found.readiness.contains("[-] "), "\(found.readiness)")
    }

    private static func failoverToAnEmptyReplica(_ watched: WatchedRegistry, _ lab: PrivateSentinels) async throws {
        let old = try lab.waitForMaster(otherThan: nil)
        let replica = try #require(lab.servers.first { $0 !== old })
        let known = ids + ["of-the-new"]
        try replica.run([["CONFIG", "SET", "replica-read-only", "no"]])
        // It may copy its master anew while it waits to be chosen. Sentinels close its connections when it is.
        try lab.failover { _ = try? replica.run([["FLUSHALL"]]) }
        try await watched.soon("the empty master to be read") {
            watched.servers == [replica.endpoint] && watched.view.isComplete && watched.refs.isEmpty
        }
        #expect(Set(known.map { watched.ending(of: $0) }) == [.vanished])
        #expect(watched.endings == [.vanished: known.count])
        try lab.waitUntilDemoted(old)
    }

    private static func sentinelsAreGone(_ watched: WatchedRegistry, _ lab: PrivateSentinels) async throws {
        let master = try lab.waitForMaster(otherThan: nil)
        try await watched.liveChange("sessions of the new life") {
            try fill(master)
        } isSeen: {
            watched.refs.count == ids.count
        }
        for sentinel in lab.sentinels { sentinel.stop() }
        try await watched.soon("the status to say that no failover would be noticed") {
            let text = try watched.json("/api/v1/status")["data"]?["redis"]?["error"]?.string ?? ""
            return lab.sentinels.allSatisfy { text.contains("\($0.endpoint.address): ") }
        }
        #expect(watched.readiness.status == 200)
        #expect(watched.refs == Set(ids.map(ref)))
        #expect(watched.servers == [master.endpoint])
        try await watched.liveChange("a change without sentinels") {
            try master.run([["DEL", "mcp:session:\(ids[0])"]])
        } isSeen: {
            watched.ending(of: ids[0]) == .closed
        }
        #expect(watched.completeness == (true, nil))
    }

    /// Nobody tells; it is found out by asking the server, which takes another's data meanwhile.
    private static func masterIsDemotedUnseen(_ watched: WatchedRegistry, _ lab: PrivateSentinels) async throws {
        let master = try #require(lab.servers.first { watched.servers == [$0.endpoint] })
        let other = try #require(lab.servers.first { $0 !== master })
        let (known, ended) = (watched.refs, watched.endings)
        try other.run([["REPLICAOF", "NO", "ONE"], ["FLUSHALL"]])
        guard case .tcp(let host, let port) = other.endpoint.transport else { return }
        try master.run([["REPLICAOF", host, "\(port)"]])
        try await watched.soon("the demotion to be found out") { !watched.view.isComplete }
        try lab.waitUntilDemoted(master)
        try other.run([record("of-another", node: "node-1", now: try other.now()), ["WAIT", "1", "60000"]])
        try await watched.soon("no master to be found") {
            watched.readiness.text.contains("[-] full scan: ") && watched.readiness.text.contains("no master found")
        }
        #expect(watched.completeness.isComplete == false)
        #expect(watched.refs == known)
        #expect(watched.endings == ended)
    }
}
