import Lab
import Testing

@testable import Redis

/// Opens a connection to a script that is played over a socket pair, and gives what `body` throws, nil if nothing.
func failure(
    playing script: [ScriptedServer.Step], limits: RedisConnection.Limits = .init(),
    _ body: (inout RedisConnection) throws(RedisError) -> Void
) throws -> RedisError? {
    let (server, descriptor) = try ScriptedServer.pair(script)
    defer { server.stop() }
    var connection = try RedisConnection(descriptor: descriptor, endpoint: server.endpoint, limits: limits)
    do throws(RedisError) {
        try body(&connection)
        return nil
    } catch {
        return error
    }
}

/// The answers to a script's bytes, one after another.
func replies(_ count: Int, playing script: [ScriptedServer.Step]) throws -> [RedisReply] {
    var replies: [RedisReply] = []
    let failure = try failure(playing: script) { (connection) throws(RedisError) in
        for _ in 0..<count { replies.append(try connection.reply()) }
    }
    if let failure { throw failure }
    return replies
}

/// What `body` throws, nil if nothing.
func refusal(_ body: () throws(RedisError) -> Void) -> RedisError? {
    do throws(RedisError) {
        try body()
        return nil
    } catch {
        return error
    }
}

/// The endpoint of all socket pairs.
let pairEndpoint = RedisEndpoint(.unix(path: "/socketpair"))

extension RedisConnection.Limits {
    static func short(replySeconds: Double = 0.2, replyBytes: Int = 32 << 20) -> Self {
        var limits = Self()
        limits.replySeconds = replySeconds
        limits.replyBytes = replyBytes
        return limits
    }
}

extension RedisReply {
    static func text(_ text: String) -> RedisReply { .string(Array(text.utf8)) }
}
