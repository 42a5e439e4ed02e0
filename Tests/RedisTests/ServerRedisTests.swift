import Glibc
import Lab
import Redis
import TestSupport
import Testing

/// Against a real server.
@Suite(.ownThreads, .timeLimit(.minutes(15))) struct ServerRedisTests {
    @Test(arguments: [false, true])
    func commandsAreAnswered(_ tcp: Bool) throws {
        let redis = try PrivateRedis(tcp: tcp)
        defer { redis.stop() }
        var connection = try RedisConnection.open(try RedisEndpoint(url: redis.url))
        #expect(connection.endpoint == redis.endpoint)
        #expect(try connection.command(["PING"]) == .status("PONG"))
        #expect(try connection.command(["SET", "k", "v"]) == .status("OK"))
        #expect(try connection.command(["GET", "k"]) == .text("v"))
        #expect(try connection.command(["GET", "none"]) == .null)
        #expect(try connection.command(["RPUSH", "l", "a", "b"]) == .integer(2))
        #expect(try connection.command(["LRANGE", "l", "0", "-1"]) == .array([.text("a"), .text("b")]))
        #expect(try connection.command(["TIME"]).array?.compactMap(\.integer).count == 2)
    }

    @Test func theDatabaseOfTheEndpointIsSelected() throws {
        let redis = try PrivateRedis()
        defer { redis.stop() }
        var endpoint = redis.endpoint
        endpoint.database = 3
        var third = try RedisConnection.open(endpoint)
        try third.command(["SET", "k", "in 3"])
        var zeroth = try redis.connect()
        #expect(try zeroth.command(["GET", "k"]) == .null)
        #expect(try third.command(["GET", "k"]) == .text("in 3"))
        endpoint.database = 99
        let error = refusal { () throws(RedisError) in _ = try RedisConnection.open(endpoint) }
        #expect(error == .refused(endpoint, code: "ERR", message: "DB index is out of range"))
    }

    @Test func passwordsAndUsers() throws {
        let redis = try PrivateRedis(arguments: [
            "--requirepass", "hunter2", "--user", "ann", "on", ">s3cret", "~*", "+@all",
        ])
        defer { redis.stop() }
        func answer(_ username: String, _ password: String) -> Result<RedisReply, RedisError> {
            var endpoint = redis.endpoint
            (endpoint.username, endpoint.password) = (username, password)
            do throws(RedisError) {
                var connection = try RedisConnection.open(endpoint)
                return .success(try connection.command(["ACL", "WHOAMI"]))
            } catch {
                return .failure(error)
            }
        }
        #expect(answer("", "hunter2") == .success(.text("default")))
        #expect(answer("default", "hunter2") == .success(.text("default")))
        #expect(answer("ann", "s3cret") == .success(.text("ann")))
        for (username, password, code) in [
            ("", "", "NOAUTH"), ("", "wr0ng", "WRONGPASS"), ("ann", "hunter2", "WRONGPASS"),
            ("bob", "s3cret", "WRONGPASS"),
        ] {
            guard case .failure(let error) = answer(username, password), case .refused(_, code, _) = error else {
                Issue.record("\(username) was not refused with \(code)")
                continue
            }
            #expect(error.kind == .auth)
            #expect(password.isEmpty || !"\(error)".contains(password))
        }
    }

    @Test func whatAnACLForbidsIsOfTheKindAuth() throws {
        let redis = try PrivateRedis(arguments: ["--user", "ann", "on", ">s3cret", "~mcp:*", "+get"])
        defer { redis.stop() }
        var endpoint = redis.endpoint
        (endpoint.username, endpoint.password) = ("ann", "s3cret")
        var connection = try RedisConnection.open(endpoint)
        for words in [["SET", "mcp:session:5e41", "x"], ["GET", "other:5e41"]] {
            let error = refusal { () throws(RedisError) in try connection.command(words) }
            #expect(error?.kind == .auth)
            #expect(error.map { "\($0)".contains("5e41") } == false)
        }
        #expect(try connection.command(["GET", "mcp:session:5e41"]) == .null)
    }

    @Test(arguments: [
        ["NOSUCH", "mcp:session:5e41"], ["NOSUCH", "a", "5e41"], ["GET", "5e41", "5e41"], ["HGET", "5e41"],
        ["EXPIRE", "5e41", "5e41"], ["SET", "5e41", "v", "5e41"], ["SCAN", "5e41"], ["LPUSH", "string:5e41", "x"],
        ["EVAL", "return redis.call('GET', 'string:5e41', '5e41')", "0"],
    ])
    func aRefusalNamesNoArgument(_ words: [String]) throws {
        let redis = try PrivateRedis()
        defer { redis.stop() }
        var connection = try redis.connect()
        try connection.command(["SET", "string:5e41", "x"])
        let error = refusal { () throws(RedisError) in try connection.command(words) }
        guard let error, case .refused = error else {
            Issue.record("not refused: \(words)")
            return
        }
        #expect(!"\(error)".contains("5e41"))
        // A refusal leaves the connection in step.
        #expect(try connection.command(["PING"]) == .status("PONG"))
    }

    @Test func aThousandCommandsInOnePipeline() throws {
        let redis = try PrivateRedis()
        defer { redis.stop() }
        var connection = try redis.connect()
        var pipeline = RedisPipeline()
        for number in 0..<500 {
            pipeline.append("SET", "key:\(number)", String(repeating: "v\(number)", count: 20))
            pipeline.append("GET", "key:\(number)")
        }
        #expect(pipeline.commandCount == 1_000)
        try connection.send(pipeline)
        var answers: [RedisReply] = []
        for _ in 0..<pipeline.commandCount { answers.append(try connection.reply()) }
        #expect(
            answers
                == (0..<500).flatMap { [RedisReply.status("OK"), .text(String(repeating: "v\($0)", count: 20))] })
        #expect(try connection.command(["DBSIZE"]) == .integer(500))
    }

    @Test func aServerKilledBetweenCommandAndAnswerIsALostConnection() throws {
        let redis = try PrivateRedis()
        defer { redis.stop() }
        var connection = try redis.connect()
        redis.signal(SIGSTOP)
        var pipeline = RedisPipeline()
        for _ in 0..<100 { pipeline.append("PING") }
        try connection.send(pipeline)
        redis.signal(SIGKILL)
        let error = refusal { () throws(RedisError) in _ = try connection.reply() }
        guard case .io(redis.endpoint, _) = error else {
            Issue.record("not io: \(String(describing: error))")
            return
        }
        // Every later use says so too, and none ends the process by SIGPIPE.
        for _ in 0..<3 {
            let again = refusal { () throws(RedisError) in try connection.command(["PING"]) }
            #expect(again?.kind == .io)
        }
        try redis.restart()
        var next = try redis.connect()
        #expect(try next.command(["PING"]) == .status("PONG"))
    }

    @Test func aServerThatHangsIsATimeoutAndANewConnectionWorksLater() throws {
        let redis = try PrivateRedis()
        defer { redis.stop() }
        var connection = try RedisConnection.open(redis.endpoint, limits: .short())
        redis.signal(SIGSTOP)
        let error = refusal { () throws(RedisError) in try connection.command(["PING"]) }
        #expect(error == .timeout(redis.endpoint, seconds: 0.2))
        redis.signal(SIGCONT)
        var next = try redis.connect()
        #expect(try next.command(["PING"]) == .status("PONG"))
    }

    @Test func aPortWhereNobodyListensRefuses() throws {
        let redis = try PrivateRedis(tcp: true)
        let endpoint = redis.endpoint
        redis.stop()
        let error = refusal { () throws(RedisError) in _ = try RedisConnection.open(endpoint) }
        #expect(error == .connect(endpoint, reason: "Connection refused"))
    }
}
