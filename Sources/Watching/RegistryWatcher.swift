import Redis
import ServiceLifecycle
import Sessions
import Synchronization
import Workers

/// Watches the whole registry: finds its servers, and starts a ``ShardWatcher`` for each of them.
public actor RegistryWatcher: Service, CustomStringConvertible {
    /// The interval between two reads of a cluster's slots while a server does not answer.
    static let hastySlotsSeconds = 0.5
    /// The longest wait for a sentinel, after which the watcher sees that it is to stop.
    static let sentinelWaitSeconds = 0.2

    private let thread = BlockingThread(label: "servers")
    private let watch: WatchContext
    private let instance: String
    private var backoff = Backoff()
    private var subscription: SentinelSubscription?
    /// The master that the sentinels named last.
    private var master: RedisEndpoint?
    private var cluster: RedisCluster?

    /// `instance`: part of the canaries' key, so that each daemon instance has its own.
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
    /// Watches the master. When a sentinel reports a failover, all connections to the former master end at once, since it
    /// may not know about the failover yet.
    private func follow(_ sentinels: RedisSentinels) async {
        guard let site = watch.plan.site else { return }
        // Subscribed before anybody connects, so no later failover is missed.
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
            // From here on nobody reads from the former master any more.
            watch.noteResync(.gap, shard: 0)
        }
    }

    private func isSwitched(_ sentinels: RedisSentinels) async -> Bool {
        do throws(RedisError) {
            guard var open = subscription.take() else {
                let opened = try SentinelSubscription.open(sentinels, limits: watch.plan.limits)
                // There may have been a failover before the subscription.
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
            // The master may be well. Only a failover would be noticed later.
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
            guard let slots = readSlots(of: seeds), !slots.shards.isEmpty else {
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
                // If no server answers, the known shards stay.
                while !Task.isEnding, (readSlots(of: seeds) ?? slots).shards == slots.shards {
                    await pause(
                        seconds: watch.link.withLock { $0.failures.isEmpty }
                            ? watch.plan.slotsSeconds : Self.hastySlotsSeconds)
                }
                group.cancelAll()
            }
        }
    }

    /// Reads the slots again; nil if no server answers.
    private func readSlots(of seeds: [RedisEndpoint]) -> ClusterSlots? {
        var open: RedisCluster
        if let held = cluster.take() {
            open = held
        } else {
            open = RedisCluster(seeds: seeds, limits: watch.plan.limits)
        }
        let refusal = Self.refresh(&open)
        let slots = open.slots
        // Kept even if no server answers: it knows more servers than the seeds.
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

    /// A hash tag that puts the canary's key on that shard, such as `:{17}`.
    private func canaryTag(_ number: Int, _ slots: ClusterSlots) -> String {
        let tag = (0..<100_000).first { slots.shard(ofSlot: KeySlot.of("{\($0)}")) == number }
        return ":{\(tag ?? 0)}"
    }
}
