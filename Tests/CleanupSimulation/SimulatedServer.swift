import Sessions

/// Redis as cleanup sees it: keys with values and times to live, its own clock, and the steps that its scripts make.
struct SimulatedServer {
    /// A session's record; the number makes each writing differ.
    struct Record: Equatable {
        var node: String
        var boot: String
        var createdAt: UnixTime
        var writing: Int

        var bytes: [UInt8] { Array("\(node) \(boot) \(createdAt.milliseconds) \(writing)".utf8) }
    }

    struct Beat: Equatable {
        var boot: String?
        var seenAt: UnixTime
        /// True time; nothing of a collection ends by itself.
        var endsAt: Double
    }

    struct Lease: Equatable {
        var holder: String
        var epoch: Int
        /// By its own clock.
        var until: UnixTime
    }

    var sessions: [Int: Record] = [:]
    var beats: [String: Beat] = [:]
    /// Node to when it said that it beat.
    var collection: [String: UnixTime] = [:]
    var lease: Lease?
    /// True time at which the stop ends.
    var stopEndsAt = -Double.infinity
    var gone: [GoneOwnerName: GoneOwner] = [:]
    var nodes: [String: RecalledNode] = [:]
    var audit: [Int] = []
    /// Its clock minus true time.
    var offset = 0.0
    /// When this life of it, or its being the master, began.
    var lifeBegan = -86_400.0
    /// Counts its lives: connections of earlier ones are broken.
    var life = 0

    static let epochStart = UnixTime(seconds: 1_787_307_302)

    func time(at now: Double) -> UnixTime { Self.epochStart + (now + offset) }

    /// The heartbeats that stand, as a look at them finds them.
    func pulse(at now: Double) -> Pulse {
        var pulse = Pulse()
        for (node, seenAt) in collection {
            pulse.heartbeats[node] = Heartbeat(seenAt: seenAt)
            pulse.collected.insert(node)
        }
        for (node, beat) in beats where beat.endsAt > now {
            pulse.heartbeats[node] = Self.heartbeat(beat)
            pulse.collected.remove(node)
        }
        return pulse
    }

    static func heartbeat(_ beat: Beat) -> Heartbeat {
        var heartbeat = Heartbeat(seenAt: beat.seenAt)
        heartbeat.boot = beat.boot
        return heartbeat
    }

    /// What stands for a node where its heartbeats may.
    func found(_ node: String, in keySpace: KeySpace, at now: Double) -> [FoundBeat] {
        keySpace.heartbeatPlaces(of: node).map { place in
            if place.member != nil {
                guard let seenAt = collection[node] else { return FoundBeat(place: place, value: nil, heartbeat: nil) }
                let heartbeat = Heartbeat(seenAt: seenAt)
                return FoundBeat(place: place, value: .text(Array("\(seenAt.milliseconds)".utf8)), heartbeat: heartbeat)
            }
            guard let beat = beats[node], beat.endsAt > now else {
                return FoundBeat(place: place, value: nil, heartbeat: nil)
            }
            let bytes = Array("\(beat.boot ?? "") \(beat.seenAt.milliseconds)".utf8)
            return FoundBeat(place: place, value: .text(bytes), heartbeat: Self.heartbeat(beat))
        }
    }
}

// MARK: - The scripts

extension SimulatedServer {
    mutating func takeLease(_ holder: String, at now: Double) -> CleanupLease.Answer {
        let time = time(at: now)
        let left = lease.map { $0.until - time } ?? 0
        if let lease, lease.holder != holder, left > 0, left <= CleanupLease.seconds {
            return .heldBy(lease.holder, epoch: lease.epoch, secondsLeft: left)
        }
        var epoch = lease?.epoch ?? 0
        if lease?.holder != holder || left <= 0 { epoch += 1 }
        lease = Lease(holder: holder, epoch: epoch, until: time + CleanupLease.seconds)
        return .held(epoch: epoch)
    }

    /// As documented on `RemovalBatch`; `bug` leaves a check out. `willRemove` is told each session before it goes.
    mutating func remove(
        _ batch: RemovalBatch, number: (SessionID) -> Int, in keySpace: KeySpace, at now: Double, bug: DeliberateBug?,
        willRemove: (SimulatedServer, Int) -> Void
    ) -> RemovalOutcome {
        let isOurs = lease.map { $0.holder == batch.holder && $0.epoch == batch.epoch && $0.until > time(at: now) }
        if isOurs != true, bug != .noFencing { return .refused(.leaseLost) }
        if stopEndsAt > now, bug != .stopNotChecked { return .refused(.stopped) }
        if found(batch.owner.node, in: keySpace, at: now) != batch.beats, bug != .heartbeatNotCompared {
            return .refused(.heartbeatChanged)
        }
        return .done(
            batch.entries.map { entry in
                let session = number(entry.candidate.id)
                guard let record = sessions[session] else { return .changed }
                if HeldValue.text(record.bytes) != entry.record.value, bug != .valueNotCompared { return .changed }
                willRemove(self, session)
                audit.append(session)
                sessions[session] = nil
                return .cleaned
            })
    }
}

/// Mistakes that are made on purpose, to see whether they are found.
public enum DeliberateBug: String, CaseIterable, Sendable {
    case noFencing, stopNotChecked, heartbeatNotCompared, valueNotCompared
    /// Of the daemon: no grace, evidence that outlives an owner's return, brakes that are passed over.
    case noGrace, evidenceKept, brakesIgnored, clockBelieved
}
