// What is known of nodes beyond the life of this process.

extension Registry {
    /// Nodes that were seen alive, as they are to be kept in Redis.
    public var nodesToKeep: [RecalledNode] {
        nodes.compactMap { node in
            node.lastBeat.map {
                RecalledNode(
                    name: node.name, boot: node.heartbeat?.boot, startedAt: node.heartbeat?.startedAt,
                    seenAt: node.heartbeat?.seenAt, lastBeat: $0, silentSeconds: node.silentSeconds)
            }
        }
    }

    /// Takes in what was kept. What this process saw itself stands.
    public mutating func recall(_ kept: [RecalledNode], at now: UnixTime) {
        for recalled in kept {
            // A time to come is another server's clock.
            guard recalled.lastBeat <= now, now - recalled.lastBeat < Self.forgetNodeSeconds || hasNode(recalled.name)
            else { continue }
            let index = node(named: recalled.name, at: now)
            guard nodes[index].lastBeat == nil else { continue }
            var heartbeat = Heartbeat()
            (heartbeat.boot, heartbeat.startedAt, heartbeat.seenAt) = (
                recalled.boot, recalled.startedAt, recalled.seenAt
            )
            nodes[index].heartbeat = heartbeat
            nodes[index].lastBeat = recalled.lastBeat
            nodes[index].firstSeen = min(nodes[index].firstSeen, recalled.lastBeat)
            nodes[index].bootSeen = recalled.startedAt ?? recalled.lastBeat
            nodes[index].silentSeconds = max(recalled.silentSeconds, 0)
            nodes[index].status = recalled.silentSeconds >= policy.deadAfterSeconds ? .dead : .alive
        }
    }

    private func hasNode(_ name: String) -> Bool { nodeIndex[name] != nil }
}

extension Node {
    /// It was silent at the last look, and not for long enough to be dead: the next looks tell.
    public var isBeingWaitedFor: Bool { isAlive && silentSeconds > 0 }
}
