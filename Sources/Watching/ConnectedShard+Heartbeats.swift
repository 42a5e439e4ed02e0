import Redis
import Sessions

// Heartbeats that were just written, read at once: two processes under one name overwrite each other's heartbeats, so that
// each check may meet those of the same process, and the other's sessions would look orphaned.

extension ConnectedShard {
    mutating func readWrittenHeartbeats() throws(RedisError) {
        var written = writtenHeartbeats
        writtenHeartbeats = []
        watch.nodesReadAtOnce.withLock { $0.subtract(written) }
        let isCollectionWritten = written.remove("") != nil
        var taken: (check: HeartbeatCheck, now: RedisTime)
        do throws(RedisError) {
            taken = try HeartbeatReading(keySpace: watch.plan.keySpace)
                .run(nodes: written.sorted(), collections: isCollectionWritten, over: &reader.connection)
        } catch {
            // The key may have moved to another master, where the next check meets it.
            guard error.leavesConnectionUsable else { throw error }
            return
        }
        (taken.check.written, taken.check.isObservation) = (written, false)
        let (check, time) = (taken.check, taken.now)
        watch.registry.withLock { $0.hear(check, at: time.time, seconds: time.monotonicSeconds) }
        watch.nodesReadAtOnce.withLock { $0.formUnion(written) }
    }
}
