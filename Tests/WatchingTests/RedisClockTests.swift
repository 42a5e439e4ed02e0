import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Watching
@testable import Workers

/// Redis' time is that of the moment in which `TIME` was answered, whatever else is asked for beside it.
@Suite(.ownThreads) struct RedisClockTests {
    private static let time = "*2\r\n$10\r\n1767225600\r\n$6\r\n500000\r\n"

    /// Reads one node's heartbeat from a server that answers so.
    private static func read(_ script: [ScriptedServer.Step]) throws -> (check: HeartbeatCheck, now: RedisTime) {
        let (server, descriptor) = try ScriptedServer.pair(script + [.hang])
        defer { server.stop() }
        var connection = try RedisConnection(descriptor: descriptor, endpoint: server.endpoint)
        let reading = HeartbeatReading(keySpace: KeySpace(dialects: [.native], deniedSuffixes: []))
        return try reading.run(nodes: ["node-1"], over: &connection)
    }

    /// Redis' time a moment after a look at one node's heartbeat, in seconds since what `TIME` said.
    private static func sinceTold(_ script: [ScriptedServer.Step]) throws -> Double {
        let clock = RedisClock()
        let told = try read(script).now
        clock.set(told.time, readAt: told.monotonicSeconds)
        return clock.now() - UnixTime(milliseconds: 1_767_225_600_500)
    }

    /// What it holds, and how long it has to live.
    private static let heartbeat = ScriptedServer.Step.send("*1\r\n$1\r\n1\r\n" + time + ":-1\r\n" + time)
    private static let collection = ScriptedServer.Step.send("+none\r\n")

    @Test func theRestOfALookTakesTimeToo() throws {
        let passed = try Self.sinceTold([.send(Self.time), .pause(seconds: 0.5), Self.heartbeat, Self.collection])
        // The scripted pause may begin before the answer is read.
        #expect(passed >= 0.3)
    }

    /// A key may have expired after the check began, so it is missing as of a time that is asked for after it was read.
    @Test func whatIsMissingIsMissingSinceItWasRead() throws {
        let later = "*2\r\n$10\r\n1767225602\r\n$6\r\n500000\r\n"
        let absent = ScriptedServer.Step.send("*1\r\n$-1\r\n+none\r\n*1\r\n$-1\r\n" + later)
        let (check, now) = try Self.read([.send(Self.time), absent, Self.collection])
        #expect(now.time == UnixTime(milliseconds: 1_767_225_600_500))
        #expect(check.absentAt == UnixTime(milliseconds: 1_767_225_602_500))
    }

    /// Half of the way there, half of the way back.
    @Test func anAnswerThatTookLongIsOfTheMiddleOfThatWhile() throws {
        let passed = try Self.sinceTold([.pause(seconds: 0.5), .send(Self.time), Self.heartbeat, Self.collection])
        #expect(passed >= 0.15)
    }

    /// We may have been stopped with it at hand: rather is the clock ahead than that what is old seems fresh.
    @Test func anAnswerThatTookVeryLongIsOfSoonAfterItsQuestion() throws {
        let passed = try Self.sinceTold([.pause(seconds: 2), .send(Self.time), Self.heartbeat, Self.collection])
        #expect(passed >= 1.2)
    }
}
