import Redis
import ServiceLifecycle
import Sessions
import Synchronization
import Workers

/// Watches the whole registry: finds its servers, and has each of them watched by a ``ShardWatcher``.
public actor RegistryWatcher: Service, CustomStringConvertible {
    /// The same while somebody does not answer.
    static let hastySlotsSeconds = 0.5
    /// Longest wait for a sentinel's word before somebody's wish to stop is seen.
    static let sentinelWaitSeconds = 0.2

    private let thread = BlockingThread(label: "servers")
    private let watch: WatchContext
    private let instance: String
    private var backoff = Backoff()
    private var subscription: SentinelSubscription?
    /// Whom the sentinels named last.
    private var master: RedisEndpoint?
    private var cluster: RedisCluster?

    /// `instance`: what tells this daemon's canaries from those of others.
    public init(_ watch: WatchContext, instance: String = String(UInt32.random(in: 0...UInt32.max), radix: 16)) {
        self.watch = watch
        self.instance = instance
    }

    public nonisolated var description: String { "RegistryWatcher" }
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    public func run() async {
        switch watch.plan.deployment {
        case .server:
            if let site = watch.plan.site { await watcher(0, site).run() }
        case .sentinel(let sentinels): await follow(sentinels)
        case .cluster(let seeds): await watchCluster(of: seeds)
        }
    }

    private func watcher(_ number: Int, _ site: ServerSite, canaryTag: String = "") -> ShardWatcher {
        ShardWatcher(watch, number: number, site: site, canaryKey: KeySpace.canaryPrefix + instance + canaryTag)
    }
}

// MARK: - Sentinel

extension RegistryWatcher {
    /// Watches the master; a failover that a sentinel tells of ends all connections to the old one at once, since that
    /// one may not know yet.
    private func follow(_ sentinels: RedisSentinels) async {
        guard let site = watch.plan.site else { return }
        // Before anybody connects: a failover after that will be told.
        _ = await isSwitched(sentinels)
        while !Task.isEnding {
            let watcher = watcher(0, site)
            await withDiscardingTaskGroup { group in
                group.addTask { await watcher.run() }
                while !Task.isEnding {
                    if await isSwitched(sentinels) {
                        watch.failovers.add(1, ordering: .relaxed)
                        break
                    }
                }
                group.cancelAll()
            }
            guard !Task.isEnding else { return }
            // Only now nobody takes in any more what the former master says.
            watch.noteResync(.gap, shard: 0)
        }
    }

    private func isSwitched(_ sentinels: RedisSentinels) async -> Bool {
        do throws(RedisError) {
            guard var open = subscription.take() else {
                let opened = try SentinelSubscription.open(sentinels, limits: watch.plan.limits)
                // While nobody listened there may have been a failover.
                var search = sentinels
                let named = try search.master(limits: watch.plan.limits)
                subscription = consume opened
                return isNews(named)
            }
            let told = try open.wait(within: Self.sentinelWaitSeconds)
            subscription = consume open
            watch.noteUp(.servers)
            backoff.reset()
            return told.map(isNews) ?? false
        } catch {
            // The master itself may well be there: only that a failover would be noticed later.
            watch.noteDown(.servers, error)
            await pause(seconds: backoff.next())
            return false
        }
    }

    private func isNews(_ named: RedisEndpoint) -> Bool {
        defer { master = named }
        return master != named
    }
}

// MARK: - Cluster

extension RegistryWatcher {
    private func watchCluster(of seeds: [RedisEndpoint]) async {
        var wasWatching = false
        while !Task.isEnding {
            guard let slots = look(at: seeds), !slots.shards.isEmpty else {
                await pause(seconds: backoff.next())
                continue
            }
            let shards = slots.shards.prefix(Registry.shardLimit)
            watch.registry.withLock { $0.setShards(shards.count) }
            for number in shards.indices where wasWatching { watch.noteResync(.gap, shard: number) }
            wasWatching = true
            watch.forgetShards(from: shards.count)
            watch.slots.withLock { $0 = [:] }
            watch.noteCluster(shards.map(\.endpoint))
            await withDiscardingTaskGroup { group in
                for (number, shard) in shards.enumerated() {
                    let site = ServerSite.master(shard.endpoint)
                    let watcher = watcher(number, site, canaryTag: canaryTag(number, slots))
                    group.addTask { await watcher.run() }
                }
                // What was known stays where nobody answers.
                while !Task.isEnding, (look(at: seeds) ?? slots).shards == slots.shards {
                    await pause(
                        seconds: watch.link.withLock { $0.failures.isEmpty }
                            ? watch.plan.slotsSeconds : Self.hastySlotsSeconds)
                }
                group.cancelAll()
            }
        }
    }

    /// Asks for the slots anew; nil where nobody answers.
    private func look(at seeds: [RedisEndpoint]) -> ClusterSlots? {
        var open: RedisCluster
        if let held = cluster.take() {
            open = held
        } else {
            open = RedisCluster(seeds: seeds, limits: watch.plan.limits)
        }
        let refusal = Self.refresh(&open)
        let slots = open.slots
        // Kept though nobody answers: it knows more servers than the seeds.
        cluster = consume open
        do throws(RedisError) {
            if let refusal { throw refusal }
            let isMissing = slots.map { !$0.missing.isEmpty || $0.shards.count > Registry.shardLimit } ?? true
            watch.registry.withLock { $0.noteSlots(missing: isMissing) }
            watch.noteUp(.servers)
            backoff.reset()
            return slots
        } catch {
            watch.noteDown(.servers, error)
            return nil
        }
    }

    private static func refresh(_ cluster: inout RedisCluster) -> RedisError? {
        do throws(RedisError) {
            try cluster.refresh()
            return nil
        } catch {
            return error
        }
    }

    /// What makes a key of ours belong to that shard: `:{17}`.
    private func canaryTag(_ number: Int, _ slots: ClusterSlots) -> String {
        let tag = (0..<100_000).first { slots.shard(ofSlot: KeySlot.of("{\($0)}")) == number }
        return ":{\(tag ?? 0)}"
    }
}
