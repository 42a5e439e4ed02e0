import Dispatch
import Glibc
import Lab
import Redis
import TestSupport
import Testing

/// Against real sentinels.
@Suite(.ownThreads, .serialized, .timeLimit(.minutes(15))) struct SentinelFailoverDeploymentTests {
    private static func search(_ lab: PrivateSentinels) -> RedisSentinels {
        RedisSentinels(sentinels: lab.sentinels.map(\.endpoint), masterName: lab.masterName)
    }

    /// A master is given long to answer, so that none is replaced because the machine is busy.
    @Test func aFailoverIsToldAndFollowed() throws {
        let lab = try PrivateSentinels(replicas: 1, downAfterMilliseconds: 60_000, failoverMilliseconds: 60_000)
        defer { lab.stop() }
        var sentinels = Self.search(lab)
        #expect(try sentinels.master(limits: .patient) == lab.servers[0].endpoint)
        var subscription = try SentinelSubscription.open(sentinels, limits: .patient)
        #expect(try subscription.wait(within: 0) == nil)

        let (old, new) = try lab.failover()
        #expect(old === lab.servers[0] && new === lab.servers[1])
        #expect(try sentinels.master(limits: .patient) == new.endpoint)
        var told: RedisEndpoint?
        try waitUntil(deadline: 120, "the switch to be told") {
            told = try subscription.wait(within: 1) ?? told
            return told != nil
        }
        #expect(told == new.endpoint)

        // What is demoted still answers, but no longer as a master.
        try lab.waitUntilDemoted(old)
        var connection = try old.connect()
        guard case .slave("127.0.0.1", _, "connected", _) = try RedisRole.read(over: &connection) else {
            Issue.record("the former master is no replica")
            return
        }
        var master = try sentinels.openMaster(limits: .patient)
        #expect(master.endpoint == new.endpoint)
        #expect(try master.command(["SET", "k", "v"]) == .status("OK"))

        for sentinel in lab.sentinels { sentinel.stop() }
        let error = refusal { () throws(RedisError) in _ = try sentinels.master(limits: .patient) }
        #expect(error?.kind == .io)
        for sentinel in lab.sentinels {
            #expect("\(error!)".contains("\(sentinel.endpoint.address): Connection refused"))
        }
    }

    @Test func aMasterThatDiedIsReplaced() throws {
        let lab = try PrivateSentinels(replicas: 2, downAfterMilliseconds: 1_000)
        defer { lab.stop() }
        let old = try lab.waitForMaster(otherThan: nil)
        old.signal(SIGKILL)
        old.stop()
        let new = try lab.waitForMaster(otherThan: old)
        #expect(new !== old)
        // One sentinel is gone with it, another is new to us: two of three are enough.
        lab.sentinels[0].stop()
        var sentinels = Self.search(lab)
        try waitUntil(deadline: 120, "the new master to be found") {
            guard let master = try? sentinels.master(limits: .patient) else { return false }
            return lab.servers.contains { $0 !== old && $0.endpoint == master }
        }
    }
}
