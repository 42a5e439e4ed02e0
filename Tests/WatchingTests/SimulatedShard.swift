import Sessions
import TestSupport

@testable import Watching

/// A shard's server in virtual time, as a ``ShardSchedule`` meets it: slow, silent, refusing, flushed, and sometimes with a
/// subscription that says nothing. It keeps the truth beside what was read, and finds where the schedule claims too much,
/// spins, or waits for ever.
///
/// Like TCP it delivers messages late or never, in their order. A proxy that drops invalidations but lets later messages
/// through is not in it: no subscriber can notice that.
struct SimulatedShard {
    /// What the server does to the daemon, each for a while.
    private struct Weather {
        var isSlow = false
        var refusesSubscriptions = false
        var refusesCanaries = false
        /// New subscriptions say nothing.
        var isMute = false
        var writesEverySeconds = 0.5
    }

    private enum Message {
        case key(Int)
        case canary, pong, flush
        case heartbeat(isCollection: Bool)
    }

    private static let keys = 40
    private static let overfull = 25
    private static let mostActionsPerSecond = 20.0
    private static let start = UnixTime(seconds: 1_787_307_000)
    /// The longest that a message is on its way, and that one action takes: shorter than a canary's patience.
    private static let longestDelay = 3.0

    let terms: ShardSchedule.Terms
    private(set) var faults: [String] = []
    private(set) var actions = 0
    private(set) var now = 0.0
    private var random: SeededRandom
    private var schedule: ShardSchedule
    private var weather = Weather()
    private var nextWeather: Double
    private var nextWrite = 0.0
    private var calmFrom = Double.infinity

    /// The truth: how often each key was written, and when.
    private var versions = Array(repeating: 0, count: keys)
    private var writes: [(at: Double, key: Int, version: Int)] = []
    /// Which version of each was read, and since when everything is known up to some time.
    private var known = Array(repeating: 0, count: keys)
    private var isWhole = false
    private(set) var lastClaim = -Double.infinity

    private var isSubscribed = false
    private var isMute = false
    private var isCut = false
    private var muteSince = Double.infinity
    private var hasSpoken = false
    /// No subscription is to be tried before this time.
    private var noTryBefore = 0.0
    private var stream: [(at: Double, message: Message)] = []
    private var lastDelivery = 0.0

    private var pending: [Int] = []
    private var queued = 0
    private var handedOver = 0
    /// How many were queued when it listened last.
    private var queuedAtListen = 0
    private var scanned: Int?
    private var writtenSince: Double?

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        var terms = ShardSchedule.Terms()
        terms.mode = random.pick([.auto, .auto, .scan, .tracking])
        terms.scanEverySeconds = random.pick([1, 30])
        terms.reconcileEverySeconds = random.pick([60, 600])
        terms.mayWriteCanaries = !random.oneIn(5)
        self.terms = terms
        schedule = ShardSchedule(terms)
        nextWeather = Double.random(in: 0...30, using: &random)
    }

    /// Plays foul weather for so long, then calm for the rest, and judges the end.
    mutating func run(foulSeconds: Double, calmSeconds: Double) {
        calmFrom = foulSeconds
        let quietFrom = foulSeconds + calmSeconds / 2
        var actionsBefore = 0
        while now < foulSeconds + calmSeconds, faults.isEmpty {
            if now < quietFrom { actionsBefore = actions }
            step()
        }
        guard faults.isEmpty else { return }
        let perSecond = Double(actions - actionsBefore) / (now - quietFrom)
        if perSecond > Self.mostActionsPerSecond {
            fail("\(perSecond) actions a second in the end, with nothing to do")
        }
        if !isWhole { fail("the view is not complete in the end") }
        if terms.mode != .scan, now - lastClaim > 3 * ShardSchedule.tickSeconds {
            fail("the view is as of \(lastClaim)")
        }
    }

    private mutating func step() {
        let action = schedule.next(at: now)
        // How many steps a full scan takes is for the server to say.
        if scanned == nil { actions += 1 }
        guard let result = perform(action) else { return }
        let backlog = ShardSchedule.Backlog(pending: pending.count, queued: queued, handedOver: handedOver)
        schedule.take(result, backlog: backlog, at: now)
    }

    private mutating func fail(_ fault: String) { faults.append("after \(now) s: \(fault)") }
}

// MARK: - What the daemon does

extension SimulatedShard {
    /// Nil where the connection ended.
    private mutating func perform(_ action: ShardSchedule.Action) -> ShardSchedule.Result? {
        switch action {
        case .listen(let seconds): return listen(seconds)
        case .subscribe: return subscribe()
        case .startAnew:
            pending = []
            handedOver = queued
            (scanned, isWhole) = (nil, false)
        case .beginFullScan:
            if scanned != nil { fail("begins a full scan within another") }
            if terms.mode == .tracking, !hasSpoken { fail("scans though tracking has not proven itself") }
            scanned = 0
            pass()
            return .fullScanBegan(isPaced: random.oneIn(2))
        case .stepFullScan: return stepFullScan()
        case .readChanges: readChanges()
        case .readWrittenHeartbeats:
            if writtenSince == nil { fail("reads heartbeats that nobody wrote") }
            writtenSince = nil
            pass()
        case .queueExpired: if random.oneIn(20) { queue(Int.random(in: 0..<Self.keys, using: &random)) }
        case .sendCanary: return sendCanary()
        case .sendPing:
            let asOf = Self.start + now
            send(.pong)
            return .pingSent(asOf: asOf)
        case .endSilentSubscription:
            if !isMute { fail("takes a subscription that speaks for silent") }
            return loseSubscription(.gap)
        case .noteCurrent(let asOf): judge(asOf)
        case .checkServer, .settleUnseen, .readHeartbeats: pass()
        case .finishFullScan:
            if scanned != Self.keys { fail("finishes a full scan that has met \(scanned ?? 0) keys") }
            if handedOver < queuedAtListen { fail("finishes a full scan before it has read what was told") }
            (scanned, isWhole) = (nil, true)
        }
        return .done
    }

    /// Everything that was written before that millisecond must have been read.
    private mutating func judge(_ asOf: UnixTime) {
        guard isWhole else { return fail("claims to be current without a full scan") }
        if let missed = writes.last(where: { Self.start + $0.at < asOf && known[$0.key] < $0.version }) {
            fail("claims to be as of \(asOf - Self.start), and has not read a write of \(missed.at)")
        }
        writes.removeAll { Self.start + $0.at < asOf }
        lastClaim = asOf - Self.start
    }

    private mutating func subscribe() -> ShardSchedule.Result? {
        if terms.mode == .scan { fail("subscribes in mode scan") }
        if isSubscribed { fail("subscribes twice") }
        if now < noTryBefore { fail("tries again \(noTryBefore - now) s too early what never spoke") }
        pass()
        if weather.refusesSubscriptions {
            noTryBefore = now + terms.retrySeconds - 4 * Self.longestDelay
            return terms.mode == .tracking ? reconnect() : .subscriptionRefused
        }
        (isSubscribed, isMute, isCut, hasSpoken, stream, lastDelivery) = (true, weather.isMute, false, false, [], now)
        muteSince = isMute ? now : .infinity
        return .subscribed
    }

    private mutating func loseSubscription(_ reason: ResyncReason) -> ShardSchedule.Result? {
        let neverSpoke = !hasSpoken
        (isSubscribed, hasSpoken) = (false, false)
        guard neverSpoke else { return .subscriptionLost(reason) }
        noTryBefore = now + terms.retrySeconds - Self.longestDelay
        return terms.mode == .tracking ? reconnect() : .subscriptionLost(reason)
    }

    /// The connection ends, and another one begins with a schedule of its own.
    private mutating func reconnect() -> ShardSchedule.Result? {
        advance(by: 1)
        schedule = ShardSchedule(terms)
        (pending, handedOver, scanned, isWhole, isSubscribed, writtenSince) = ([], queued, nil, false, false, nil)
        (noTryBefore, hasSpoken) = (0, false)
        return nil
    }

    private mutating func listen(_ seconds: Double) -> ShardSchedule.Result? {
        guard seconds <= ShardSchedule.waitSeconds + 1e-6 else {
            fail("waits \(seconds) s")
            return .done
        }
        let wake = isSubscribed ? stream.first.map { max($0.at, now) } : nil
        advance(by: max(min(now + seconds, wake ?? .infinity) - now, 0) + 0.0005)
        var heard = ShardSchedule.Heard()
        guard isSubscribed else { return .heard(heard) }
        if isCut { return loseSubscription(.reconnect) }
        if now - muteSince > ShardSchedule.canaryPatienceSeconds + 2 * ShardSchedule.tickSeconds + 20
            * Self.longestDelay
        {
            fail("believes a subscription that has been silent since \(muteSince)")
        }
        while let next = stream.first, next.at <= now {
            stream.removeFirst()
            switch next.message {
            case .key(let key): queue(key)
            case .canary: (heard.hasCanary, hasSpoken) = (true, true)
            case .pong: (heard.hasPong, hasSpoken) = (true, true)
            case .flush: heard.isFlushed = true
            case .heartbeat(let isCollection):
                heard.hasHeartbeats = true
                heard.hasCollections = heard.hasCollections || isCollection
                writtenSince = writtenSince ?? now
            }
        }
        if let writtenSince, now - writtenSince > 1 + 20 * Self.longestDelay {
            fail("has not read a heartbeat for long")
        }
        heard.isOverfull = pending.count > Self.overfull
        queuedAtListen = queued
        return .heard(heard)
    }

    private mutating func queue(_ key: Int) {
        guard !pending.contains(key) else { return }
        pending.append(key)
        queued += 1
    }

    private mutating func readChanges() {
        let taken = pending.prefix(ShardSchedule.batch)
        if taken.isEmpty { fail("reads changes where there are none") }
        pending.removeFirst(taken.count)
        handedOver += taken.count
        pass()
        for key in taken { known[key] = versions[key] }
    }

    private mutating func stepFullScan() -> ShardSchedule.Result {
        guard let from = scanned else {
            fail("steps a full scan that has not begun")
            return .done
        }
        if schedule.takesChangesAlong, !pending.isEmpty { readChanges() }
        pass()
        let to = min(from + Int.random(in: 1...10, using: &random), Self.keys)
        for key in from..<to { known[key] = versions[key] }
        scanned = to
        return .fullScanStepped(isComplete: to == Self.keys, pauseSeconds: random.pick([0, 0.01, 0.25]))
    }

    private mutating func sendCanary() -> ShardSchedule.Result {
        if !terms.mayWriteCanaries { fail("writes to a replica") }
        let asOf = Self.start + now
        pass()
        if weather.refusesCanaries { return .canaryRefused }
        send(.canary)
        return .canarySent(asOf: asOf)
    }
}

// MARK: - What the server does

extension SimulatedShard {
    /// One action's time.
    private mutating func pass() { advance(by: delay(calm: 0.001)) }

    private mutating func delay(calm: Double) -> Double {
        weather.isSlow ? Double.random(in: 0...Self.longestDelay, using: &random) : calm
    }

    private mutating func send(_ message: Message) {
        guard isSubscribed, !isMute else { return }
        lastDelivery = max(lastDelivery, now + delay(calm: 0.0005))
        stream.append((lastDelivery, message))
    }

    private mutating func advance(by seconds: Double) {
        let end = now + seconds
        while min(nextWrite, nextWeather) <= end {
            now = max(now, min(nextWrite, nextWeather))
            if nextWrite <= nextWeather { write() } else { changeWeather() }
        }
        now = max(now, end)
    }

    private mutating func write() {
        let every = now < calmFrom ? weather.writesEverySeconds : 2
        nextWrite = now + Double.random(in: 0...2 * every, using: &random)
        if random.oneIn(10) { return send(.heartbeat(isCollection: random.oneIn(3))) }
        let key = Int.random(in: 0..<Self.keys, using: &random)
        versions[key] += 1
        writes.append((now, key, versions[key]))
        send(.key(key))
    }

    private mutating func changeWeather() {
        nextWeather = now + Double.random(in: 1...40, using: &random)
        guard now < calmFrom else {
            (weather, nextWeather) = (Weather(), .infinity)
            return
        }
        switch Int.random(in: 0..<8, using: &random) {
        case 0: weather.isSlow.toggle()
        case 1: weather.refusesSubscriptions.toggle()
        case 2: weather.refusesCanaries.toggle()
        case 3: weather.isMute.toggle()
        case 4: weather.writesEverySeconds = random.pick([0.002, 0.05, 0.5, 10])
        case 5: isCut = true
        case 6:
            // It hangs: what it would say is lost.
            if isSubscribed, !isMute { (isMute, muteSince) = (true, now) }
        default:
            for key in 0..<Self.keys {
                versions[key] += 1
                writes.append((now, key, versions[key]))
            }
            send(.flush)
        }
    }
}
