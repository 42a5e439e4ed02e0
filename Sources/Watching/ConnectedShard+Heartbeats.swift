import Redis
import Sessions

// Heartbeats that were just written, read at once. Two processes under one name overwrite each other's heartbeats: a check
// now and then may meet the same one for ever, and the other's sessions would look left behind.

extension ConnectedShard {
    /// From one such reading to the next, and where a collection is read whole.
    private static let writtenSeconds = 0.02
    private static let collectionSeconds = 0.25

    /// Reads what was written since the last time. No answers may be under way.
    mutating func readWrittenHeartbeats() throws(RedisError) {
        let now = monotonicSeconds()
        guard !writtenHeartbeats.isEmpty, now >= nextHeartbeats else { return }
        var written = writtenHeartbeats
        writtenHeartbeats = []
        watch.nodesReadAtOnce.withLock { $0.subtract(written) }
        let isCollectionWritten = written.remove("") != nil
        nextHeartbeats = now + (isCollectionWritten ? Self.collectionSeconds : Self.writtenSeconds)
        var taken: (pulse: HeartbeatCheck, now: RedisTime)
        do throws(RedisError) {
            taken = try HeartbeatReading(keySpace: watch.plan.keySpace)
                .run(nodes: written.sorted(), collections: isCollectionWritten, over: &reader.connection)
        } catch {
            // The key may have moved to another master: the next check meets it there.
            guard error.leavesConnectionUsable else { throw error }
            return
        }
        (taken.pulse.written, taken.pulse.isObservation) = (written, false)
        let (pulse, time) = (taken.pulse, taken.now)
        watch.registry.withLock { $0.hear(pulse, at: time.time, seconds: time.monotonicSeconds) }
        watch.nodesReadAtOnce.withLock { $0.formUnion(written) }
    }
}
