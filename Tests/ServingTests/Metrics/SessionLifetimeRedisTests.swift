import Lab
import TestSupport
import Testing

@Suite(.ownThreads) struct SessionLifetimeRedisTests {
    /// The TTL that the native dialect asks for is also the last bound: expiry is kept in whole seconds,
    /// rounded up, and must not push a session that was just written above it.
    @Test func aSessionJustWrittenFor30DaysHasAtMost30DaysToLive() async throws {
        let redis = try PrivateRedis()
        let watched = WatchedRegistry(redis)
        // Written and read within one second, at any moment of it.
        for number in 0..<10 {
            try redis.run([["SET", "mcp:session:\(uuid(number))", "1", "PX", "2592000000"]])
            try await watched.read()
            let page = watched.page()
            let within = page["mcp_registry_session_ttl_seconds_bucket{le=\"2592000.0\"}"]
            #expect(within == page["mcp_registry_session_ttl_seconds_gcount"])
        }
    }
}
