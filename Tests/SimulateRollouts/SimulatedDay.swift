import Cleaning
import Digests
import Intake
import Serving
import Sessions
import TestSupport
import Watching

/// The day: its nodes, clients and rollouts, told to a daemon's own registry, intake, incidents and routes, in virtual
/// time. Only Redis, sockets and clocks are left out.
final class SimulatedDay {
    /// One call of a client whose session was stranded.
    private struct Call {
        var session: UInt32
        var owner: String
        /// The calls that it makes after this one if it does not begin anew.
        var left: Int
    }

    /// A stuck client calls so often, and gives up after so many calls.
    private static let callSeconds = 10
    private static let stuckCalls = 30
    private static let heartbeatSeconds = 15
    /// From a pod's coming to the end of the one that it replaces, and to the next pod.
    private static let overlapSeconds = 6
    static let turnSeconds = 9
    /// From one full scan, which forgets long gone nodes, to the next.
    static let fullScanSeconds = 600

    let plan: DayPlan
    let paper: PaperRegistry
    private(set) var faults: [String] = []
    private(set) var memory = MemoryCurve()
    private(set) var now = 0
    /// The pods that live, in the order of their coming, and those that ended and are remembered.
    private(set) var pods: [Pod] = []
    private(set) var ended: [String: Pod] = [:]
    private(set) var staying: [Pod] = []
    /// The rollouts begun, and what the present one has stranded.
    private(set) var rollout = 0
    private(set) var stranded = 0
    private(set) var replaced = 0
    private var began = 0
    private var end = Pod.End.drained
    private var crashed: String?
    private var nextSession: UInt32 = 0
    private var nextPod = 0
    private var calls: [[Call]] = Array(repeating: [], count: 64)
    private var changes: [ObservedSession] = []
    /// The first full scan finds the sessions of before.
    private var source = Registry.Source.fullScan
    private var names = RecordNames(seed: 1)
    private let sha256 = SHA256()
    private var random = SeededRandom(seed: 18)
    private var aftermaths = Aftermaths()
    private var looks = Looks()
    var mostSeries = 0
    /// Takes each page of metrics, one a minute.
    var keep: ((String) -> Void)?

    init(_ plan: DayPlan) {
        self.plan = plan
        paper = PaperRegistry(maxNodes: 256) {
            $0.mode = .auto
            $0.nodes.forgetAfterSeconds = Double(plan.forgetAfterSeconds)
        }
        staying = (0..<plan.stayingNodes).map { Pod(name: "store-\($0)", boot: "s") }
        readAtStart()
    }

    var isOver: Bool { now >= DayPlan.seconds }
    var time: UnixTime { PaperRegistry.epoch + Double(now) }

    var summary: String {
        "\(rollout) rollouts, \(looks.all) looks at answers, \(looks.incidents) incidents compared, at most \(mostSeries) series; "
            + "\(faults.count) faults"
    }

    func fail(_ text: String) { faults.append("after \(now) s, rollout \(rollout) (\(end)): \(text)") }

    /// Three seconds: what happens in them, then the check of the heartbeats and everything that follows from it.
    func step() {
        now += DayPlan.stepSeconds
        paper.watched.watch.clock.set(time)
        let second = now % plan.rolloutSeconds
        if second < DayPlan.stepSeconds, rollout < plan.rollouts { beginRollout() }
        rollOut()
        crash(second)
        makeCalls()
        apply()
        check()
        if now % 300 == 0 { clean() }
        if now % Self.fullScanSeconds == 0 { paper.watched.watch.registry.withLock { $0.forgetTheGone(at: time) } }
        ended = ended.filter { now - $0.value.lastBeat <= plan.forgetAfterSeconds + Self.fullScanSeconds }
        follow()
        looks.all += 1
        lookAtStatus()
        if now % 60 == 0 {
            lookAtNodes()
            lookAtMetrics()
            lookAtPage()
            memory.sample()
        }
        if now - began == plan.pods * Self.turnSeconds + 120, rollout > 0 {
            looks.incidents += 1
            lookAtIncident()
        }
    }

    private struct Looks {
        var all = 0
        var incidents = 0
    }
}

// MARK: - What happens

extension SimulatedDay {
    private func beginRollout() {
        rollout += 1
        (began, stranded, replaced) = (now, 0, 0)
        end = Pod.End.allCases[rollout % Pod.End.allCases.count]
    }

    /// In each turn a pod comes, and a while later an old one ends.
    private func rollOut() {
        guard rollout > 0 else { return }
        let (turn, second) = (now - began).quotientAndRemainder(dividingBy: Self.turnSeconds)
        guard turn < plan.pods else { return }
        if second < DayPlan.stepSeconds {
            addPod(revision: rollout)
            if end == .drained || end == .drainedEmpty { pods[0].isDraining = true }
        } else if second >= Self.overlapSeconds {
            if end == .drainedEmpty { close(pods[0].sessions) }
            endPod(0, leavesHeartbeat: end == .vanished, isRolledOut: true)
            stranded += end == .drainedEmpty ? 0 : plan.sessionsOfPod
            replaced += 1
        }
    }

    /// After every fifth rollout a pod crashes, and two minutes later another of its revision takes its place.
    private func crash(_ second: Int) {
        guard rollout > 0, rollout % 5 == 0 else { return }
        let start = plan.pods * Self.turnSeconds + 240
        if (start..<start + DayPlan.stepSeconds).contains(second) {
            crashed = pods[3].name
            endPod(3, leavesHeartbeat: true, isRolledOut: false)
        } else if (start + 120..<start + 120 + DayPlan.stepSeconds).contains(second), let name = crashed {
            addPod(revision: rollout)
            ended[name]?.replacedAt = now
            crashed = nil
        }
    }

    private func addPod(revision: Int) {
        nextPod += 1
        var pod = Pod(
            name: PodName.make(revision: PodName.revision(revision), nextPod), boot: "b\(nextPod)", lastBeat: now)
        register(plan.sessionsOfPod, at: &pod)
        pods.append(pod)
    }

    private func endPod(_ place: Int, leavesHeartbeat: Bool, isRolledOut: Bool) {
        var pod = pods.remove(at: place)
        (pod.ended, pod.leavesHeartbeat, pod.isRolledOut) = (now, leavesHeartbeat, isRolledOut)
        if end == .drainedEmpty, isRolledOut { pod.sessions = [] }
        // Nine of ten clients call within a minute and begin anew, the others are silent. Three of each rollout repeat their
        // calls: ten at a time would be told.
        for (number, session) in pod.sessions.enumerated() {
            let isStuck = number < 3 && replaced == 0
            guard isStuck || !random.oneIn(10) else { continue }
            let call = Call(session: session, owner: pod.name, left: isStuck ? Self.stuckCalls : 0)
            schedule(call, in: DayPlan.stepSeconds * Int.random(in: 1...20, using: &random))
        }
        ended[pod.name] = pod
    }

    private func schedule(_ call: Call, in seconds: Int) {
        calls[(now + seconds) / DayPlan.stepSeconds % calls.count].append(call)
    }

    private func makeCalls() {
        let slot = now / DayPlan.stepSeconds % calls.count
        let due = calls[slot]
        calls[slot].removeAll(keepingCapacity: true)
        let (watch, intake) = (paper.watched.watch, paper.watched.intake)
        for var call in due {
            let place = Int.random(in: 0..<pods.count, using: &random)
            let request = LoggedRequest(
                .refused, session: named(call.session), node: pods[place].name, time: time, client: "cursor/1.9.3")
            let judgement = watch.registry.withLock { $0.judge(request, at: time) }
            intake.note(judgement.map { [$0] } ?? [], of: 1, firstPending: nil)
            guard call.left > 0 else { continue }
            call.left -= 1
            schedule(call, in: (Self.callSeconds + 2) / DayPlan.stepSeconds * DayPlan.stepSeconds)
        }
    }
}

// MARK: - What the registry is told

extension SimulatedDay {
    private func named(_ session: UInt32) -> NamedSession {
        let bytes = Array(uuid(Int(session)).utf8)
        guard let id = try? SessionID(bytes.span, maxLength: 1_024) else { fatalError("no id") }
        return NamedSession(id: id, ref: SessionRef(sha256.prefix64(bytes.span)))
    }

    private func register(_ count: Int, at pod: inout Pod) {
        for _ in 0..<count {
            nextSession += 1
            pod.sessions.append(nextSession)
            var value = SessionValue()
            let (node, boot) = (Array(pod.name.utf8), Array(pod.boot.utf8))
            value.owner = names.owner(node: node.span, boot: boot.span, isAdoptable: false)
            value.createdAt = time
            value.client = names.client(Array("cursor/1.9.3".utf8).span)
            observe(nextSession, .value(value))
        }
    }

    private func close(_ sessions: [UInt32]) {
        for session in sessions { observe(session, .gone) }
    }

    private func observe(_ session: UInt32, _ content: ObservedSession.Content) {
        let named = named(session)
        changes.append(
            ObservedSession(
                id: named.id, ref: named.ref, dialect: 0, content: content, expiresAt: time + 30 * 86_400))
        if changes.count >= 1_000 { apply() }
    }

    private func apply() {
        guard !changes.isEmpty else { return }
        paper.watched.watch.registry.withLock { $0.take(changes, &names, from: source, at: time) }
        changes.removeAll(keepingCapacity: true)
        if names.isFull { names = RecordNames(seed: 1) }
    }

    private func readAtStart() {
        let watch = paper.watched.watch
        watch.clock.set(time)
        watch.registry.withLock { $0.beginFullScan(isLive: true) }
        for _ in 0..<plan.pods { addPod(revision: 0) }
        for place in staying.indices { register(plan.sessionsOfStaying, at: &staying[place]) }
        // Their sessions never change again.
        for place in staying.indices { staying[place].sessions = [] }
        apply()
        check()
        watch.registry.withLock { registry in
            while !registry.finishFullScan(FullScanTotals(), nodeKeys: 0, at: time) {}
        }
        source = .change
    }

    private func check() {
        var check = HeartbeatCheck()
        func add(_ pod: Pod, beat: Int) {
            var heartbeat = Heartbeat(seenAt: PaperRegistry.epoch + Double(beat))
            heartbeat.boot = Boot(pod.boot)
            heartbeat.isDraining = pod.isDraining
            check.add(
                FoundHeartbeat(
                    heartbeat, deadline: PaperRegistry.epoch + Double(beat + Self.heartbeatSeconds),
                    lifetimeSeconds: Double(beat + Self.heartbeatSeconds - now)), of: pod.name)
        }
        for pod in staying { add(pod, beat: now) }
        for place in pods.indices {
            pods[place].lastBeat = now
            add(pods[place], beat: now)
        }
        for pod in ended.values where pod.leavesHeartbeat && now < pod.lastBeat + Self.heartbeatSeconds {
            add(pod, beat: pod.lastBeat)
        }
        (check.history, check.absentAt) = (RedisHistory([:]), time)
        let (watch, intake) = (paper.watched.watch, paper.watched.intake)
        let judgements = watch.registry.withLock { registry in
            registry.take(check, at: time, seconds: Double(now))
            registry.noteCurrent(at: time)
            return registry.settlePending(at: time)
        }
        intake.note(judgements, of: 0, firstPending: nil)
    }

    /// Has the incident log see the cluster. What became of stranded sessions is counted anew twice a minute.
    private func follow() {
        let (watch, refusals) = (paper.watched.watch, paper.watched.intake.refusals)
        if now % 30 == 0 {
            aftermaths = Aftermaths()
            while !watch.registry.withLock({ $0.addAftermath(to: &aftermaths, at: time) }) {}
        }
        var sight = watch.registry.withLock { $0.incidentSight(at: time) }
        (sight.aftermaths, sight.refused, sight.misrouted) = (aftermaths, refusals.all, refusals.misrouted)
        paper.watched.incidents.log.withLock { $0.take(sight, at: time) }
    }

    /// Removes what the registry's own plan lets go.
    private func clean() {
        let conditions = CleanupConditions(
            staleAfterSeconds: 90, settledSeconds: 3_600, monotonicSeconds: Double(now))
        let plan = paper.watched.watch.registry.withLock {
            $0.cleanupPlan(CleanupPolicy(), conditions: conditions, at: time)
        }
        if !plan.brakes.isEmpty { fail("a brake holds cleanup: \(plan.brakes)") }
        for group in plan.groups where group.skip == nil {
            guard let pod = ended[group.owner.node] else {
                fail("cleanup would remove sessions of \(group.owner.node), which is alive")
                continue
            }
            if pod.sessions.count != group.sessions {
                fail("cleanup finds \(group.sessions) orphans of \(pod.name), which left \(pod.sessions.count)")
            }
            paper.watched.watch.registry.withLock {
                $0.noteCleaned(pod.sessions.map { named($0).ref }, secondsLeft: 0, at: time)
            }
            close(pod.sessions)
            ended[pod.name]?.sessions = []
        }
        apply()
    }
}
