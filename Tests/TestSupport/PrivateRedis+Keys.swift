import Digests
import Lab
import Redis
import Sessions

extension PrivateRedis {
    /// Runs the commands in pipelines, and throws the first refusal.
    @discardableResult
    public func run(_ commands: [[String]]) throws -> [RedisReply] {
        var connection = try connect()
        var answers: [RedisReply] = []
        for start in stride(from: 0, to: commands.count, by: 500) {
            var pipeline = RedisPipeline()
            for words in commands[start..<min(start + 500, commands.count)] { pipeline.append(words) }
            try connection.send(pipeline)
            for _ in 0..<pipeline.commandCount {
                let answer = try connection.reply()
                if case .error(let text) = answer { throw RedisError.refusal(text, from: endpoint) }
                answers.append(answer)
            }
        }
        return answers
    }

    /// Redis' own clock, in seconds.
    public func now() throws -> Int {
        Int(try run([["TIME"]])[0].array?[0].integer ?? 0)
    }

    /// A number of `INFO`; -1 where there is none of that name.
    public func info(_ section: String, _ name: String) throws -> Int {
        let info = try run([["INFO", section]])[0].text ?? ""
        let line = info.split(whereSeparator: \.isNewline).first { $0.hasPrefix(name + ":") }
        return line.flatMap { Int($0.split(separator: ":")[1]) } ?? -1
    }

    /// Renews the TTL of each heartbeat, as a node that is alive does.
    public func renewHeartbeats() throws {
        let keys = try run([["KEYS", "mcp:node:*"]])[0].array ?? []
        try run(keys.compactMap(\.text).map { ["EXPIRE", $0, "100000"] })
    }

    public func memory() throws -> Int { try info("memory", "used_memory") }
}

/// `00000007-0000-4000-8000-000000000007`
public func uuid(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    let low = String(repeating: "0", count: 12 - digits.count) + digits
    return "\(low.suffix(8))-0000-4000-8000-\(low)"
}

/// A session's key and value as a node of the native dialect writes it; `lifetime` nil for no end.
public func session(
    _ id: String, node: String, boot: String?, created: Int, client: String = "inspector/0.17.2",
    lifetime: Int? = 1_728_000
) -> [String] {
    let boot = boot.map { "\"boot\":\"\($0)\"," } ?? ""
    let value = "{\"node\":\"\(node)\",\(boot)\"created_at\":\(created),\"client\":\"\(client)\"}"
    return ["SET", "mcp:session:\(id)", value] + (lifetime.map { ["EX", String($0)] } ?? [])
}

/// The ref under which the session of that id is shown.
public func ref(_ id: String) -> SessionRef {
    SessionRef(SHA256().prefix64(Array(id.utf8).span))
}
