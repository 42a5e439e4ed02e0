import Sessions
import Testing

@testable import CleanupSimulation

/// Five public accidents in which a reaper removed what was alive, each played again in a small world.
///
/// The rooms, jobs and workers of other projects become sessions and owners here. The daemon has its default settings: a
/// node is dead after 15 s without a heartbeat, and an owner must be silent for 15 minutes before its sessions are
/// removed. In each world another node really dies, and leaves orphans. The naive reaper follows the rule of the real
/// project and judges when that one struck. It always takes living sessions. Ours removes all orphans, and nothing else.
///
/// Where a test takes a number of seconds, the first is as in the report. The second is so long that only the rule which
/// the comment names still protects the living.
@Suite struct AccidentReplayTests {
    /// A world that was played, and the sessions of the processes that the real reaper took for dead.
    private struct Replay {
        var world: ScriptedWorld
        var living: Set<Int>
        var violation: Simulation.Violation?

        /// Plays a world. `living` are processes that live to its end.
        init(_ world: ScriptedWorld, living: @autoclosure () -> [SimulatedProcess]) {
            self.world = world
            violation = world.play()
            self.living = living().reduce(into: []) { $0.formUnion($1.sessions) }
        }
    }

    /// Checks that the naive reaper removes the living, and ours the orphans alone.
    private func expectThatOnlyOursSparesTheLiving(_ replay: Replay, _ location: SourceLocation = #_sourceLocation) {
        let reaped = replay.world.reapedAlive
        #expect(!reaped.isEmpty && reaped.isSubset(of: replay.living), sourceLocation: location)
        #expect(!replay.world.orphans.isEmpty, sourceLocation: location)
        #expect(replay.world.removed == replay.world.orphans, sourceLocation: location)
        #expect(replay.violation == nil, sourceLocation: location)
    }

    /// Adds a node that loses power after five minutes.
    private static func addNodeThatDies(_ node: String, to world: ScriptedWorld, _ style: SimulatedProcess.Style) {
        let process = world.start(node, style: style)
        world.at(300) { world.kill(process) }
    }

    // MARK: - One missed ping

    /// `colyseus/colyseus#968`: game servers listed their rooms in Redis and pinged each other. A process that did not
    /// answer one ping in time lost the listings of all its rooms. It was alive, probably busy for some seconds, and its
    /// rooms went on. Players could not find them until somebody joined or left.
    ///
    /// A process is an owner, a room is a session. The naive reaper sends one ping, waits 2 s and removes. Ours counts
    /// the owner's *silence*, and a late heartbeat is far from the grace. Even a process that stands still for ten
    /// minutes, so that its node counts as dead, finds all its sessions when it comes back.
    private static func missedPing(stall: Double, grace: Double = 900) -> Replay {
        var policy = CleanupPolicy()
        policy.graceSeconds = grace
        let world = ScriptedWorld(policy: policy)
        let busy = world.start("game-1")
        world.start("game-2")
        addNodeThatDies("game-3", to: world, .boots)
        world.at(600) { busy.stalledUntil = world.now + stall }
        world.reap(at: 601) { record in
            let process = world.process(of: record)
            return !process.isAlive || process.stalledUntil > world.now + 2
        }
        return Replay(world, living: [busy])
    }

    @Test(arguments: [4.0, 600]) func aProcessThatMissesOnePingKeepsItsRooms(stall: Double) {
        expectThatOnlyOursSparesTheLiving(Self.missedPing(stall: stall))
    }

    // MARK: - No heartbeat yet

    /// `sidekiq/sidekiq#4611`: each worker process kept the jobs that it worked on in a private queue. When a process
    /// booted, it took back the jobs of processes without a valid heartbeat, so that they ran again. One job was
    /// "recovered" three seconds after a worker had taken it. That worker was alive and finished the job a second later.
    /// Why its process counted as dead is not known to us. The replay takes the simplest cause: a worker that takes jobs
    /// before its first heartbeat.
    ///
    /// A worker process is an owner, a job is a session. The naive reaper takes a missing heartbeat for a death. Ours
    /// needs an owner that is *known*: its heartbeat was seen, and has ended. An owner that was never seen
    /// (`owner_unknown`) keeps its sessions, even if its first heartbeat takes half an hour.
    private static func lateFirstHeartbeat(after wait: Double, without bug: DeliberateBug? = nil) -> Replay {
        let world = ScriptedWorld(bug: bug)
        world.start("worker-1")
        addNodeThatDies("worker-2", to: world, .boots)
        var booted: [SimulatedProcess] = []
        world.at(600) { booted = [world.start("worker-3", firstHeartbeatAfter: wait)] }
        world.at(603) { world.start("worker-4", sessions: 0) }
        world.reap(at: 603) { world.heartbeat(of: $0) == nil }
        return Replay(world, living: booted)
    }

    @Test(arguments: [5.0, 1_800]) func aWorkerThatHasNoHeartbeatYetKeepsItsJobs(wait: Double) {
        expectThatOnlyOursSparesTheLiving(Self.lateFirstHeartbeat(after: wait))
    }

    // MARK: - Heartbeats that a slow Redis lost

    /// `OpenVidu/openvidu-livekit#13`: each media node kept its time in a hash, and removed the rooms of nodes whose time
    /// was more than 5 s old. Every half hour all nodes read another, huge hash at the same moment. Redis was busy with
    /// that, writes timed out, and nodes that were alive removed each other's rooms.
    ///
    /// A media node is an owner, a room is a session. The naive reaper compares times. Ours waits for the grace. If the
    /// outage lasts longer, the *brake* `dead_fraction` holds every removal: when most nodes die at once, it is more
    /// likely that their heartbeats are broken.
    private static func slowRedis(outage: Double, maxDeadFraction: Double = 0.5) -> Replay {
        var policy = CleanupPolicy()
        policy.maxDeadFraction = maxDeadFraction
        let world = ScriptedWorld(policy: policy)
        let often = SimulatedProcess.Habit(heartbeatSeconds: 2)
        let unheard = ["ND_1", "ND_2", "ND_3"].map { world.start($0, style: .member, habit: often) }
        world.start("ND_4", style: .member, habit: often)
        addNodeThatDies("ND_5", to: world, .member)
        world.at(600) { for node in unheard { node.muteUntil = world.now + outage } }
        world.reap(at: 608) { world.collectedAge(of: $0).map { $0 > 5 } ?? false }
        return Replay(world, living: unheard)
    }

    @Test(arguments: [10.0, 1_800]) func nodesWhoseHeartbeatsASlowRedisLosesKeepTheirRooms(outage: Double) {
        expectThatOnlyOursSparesTheLiving(Self.slowRedis(outage: outage))
    }

    // MARK: - Heartbeats that ended, and work that did not

    /// The way in which an owner without a heartbeat shows that it is alive.
    enum Work: CaseIterable { case registersSessions, servesRequests }

    /// `resque/resque#1967`: each worker wrote its heartbeat in a thread of its own. A short failure of Redis ended that
    /// thread, and the worker went on with its jobs. Once the last heartbeat was old enough, a worker that started
    /// pruned the other one, which was alive.
    ///
    /// A worker is an owner, a job is a session. The naive reaper prunes after five minutes, Resque's default. Ours also
    /// hears *work*: like a heartbeat, a new session or a served request ends the owner's silence. `status` shows such a
    /// node as `silent_but_working`.
    private static func endedHeartbeats(_ work: Work, without bug: DeliberateBug? = nil) -> Replay {
        let world = ScriptedWorld(bug: bug)
        let deaf = world.start("worker-1", style: .member)
        world.start("worker-2", style: .member)
        addNodeThatDies("worker-3", to: world, .member)
        world.at(600) { deaf.muteUntil = .infinity }
        for minute in stride(from: 0.0, to: 45, by: 5) {
            world.at(60 * minute + 30) {
                switch work {
                case .registersSessions: world.register(deaf)
                case .servesRequests: world.serve(deaf)
                }
            }
        }
        world.at(1_000) { world.start("worker-4", style: .member) }
        world.reap(at: 1_000) { world.collectedAge(of: $0).map { $0 > 300 } ?? false }
        return Replay(world, living: [deaf])
    }

    @Test(arguments: Work.allCases) func aWorkerWhoseHeartbeatsEndedKeepsItsJobsWhileItWorks(work: Work) {
        expectThatOnlyOursSparesTheLiving(Self.endedHeartbeats(work))
    }

    // MARK: - Old age

    /// `livekit/livekit#3317`: each server that started removed from Redis all rooms that were made more than 24 hours
    /// ago, on whichever server. Some were in use. The next person to join got a second room of the same name on another
    /// server.
    ///
    /// A server is an owner, a room is a session. The naive reaper takes old sessions for abandoned ones. Ours removes
    /// nothing by comparing times: while the owner is heard, its sessions may be of any age. With `frozen`, even the time
    /// in the heartbeat is more than a day old, but each *write* of the heartbeat counts.
    private static func oldRooms(_ stamp: SimulatedProcess.Stamp, without bug: DeliberateBug? = nil) -> Replay {
        let world = ScriptedWorld(bug: bug)
        let old = world.start("rtc-1", habit: .init(stamp: stamp), secondsAgo: 25 * 3_600)
        addNodeThatDies("rtc-2", to: world, .boots)
        world.start("rtc-3")
        world.at(600) { world.start("rtc-4") }
        world.reap(at: 600) { world.time - $0.createdAt > 24 * 3_600 }
        return Replay(world, living: [old])
    }

    @Test(arguments: [SimulatedProcess.Stamp.exact, .frozen]) func aRoomMayBeOlderThanADay(
        stamp: SimulatedProcess.Stamp
    ) {
        expectThatOnlyOursSparesTheLiving(Self.oldRooms(stamp))
    }

    // MARK: - The rules

    /// Takes away the rule that protects the living: each accident then happens here too. So cleanup does not pass by
    /// doing nothing, and the rule is the one that the comment names.
    @Test func withoutItsRuleEachAccidentHappensHereToo() {
        for replay in [
            Self.missedPing(stall: 600, grace: 1),
            Self.lateFirstHeartbeat(after: 1_800, without: .unknownTakenForDead),
            Self.slowRedis(outage: 1_800, maxDeadFraction: 1),
            Self.endedHeartbeats(.registersSessions, without: .workIgnored),
            Self.endedHeartbeats(.servesRequests, without: .workIgnored),
            Self.oldRooms(.frozen, without: .heartbeatWritesIgnored),
        ] {
            #expect(!replay.world.removed.isDisjoint(with: replay.living))
        }
    }
}
