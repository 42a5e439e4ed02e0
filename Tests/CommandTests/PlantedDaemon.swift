import Exposition
import Foundation
import Lab
import Redis
import Sessions
import TestSupport

@testable import mcp_sessiond

/// The built daemon among secrets: ids, values, cookies, tokens, a password and a key, all of them known. It serves TLS,
/// reads logs, takes events, cleans, and logs all that it can.
struct PlantedDaemon {
    static let owned = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    static let orphan = "550e8400e29b41d4a716446655440000"
    static let upper = "8D0F7780-8536-41EF-A55C-F18AD2A01BF8"
    static let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJlLW9mLXBsYW50ZWQ"
    static let odd = "planted:id*[with]\\\"{all}"
    static let unregistered = "e4eaaaf2-d142-4e11-b3b4-3c1ed0f6a8d1"
    static let ids = [owned, orphan, upper, jwt, odd, unregistered]
    static let value = "swordfish-of-a-value-0123"
    static let cookie = "d1a653a6b43e2e0b"
    static let reader = "reader-token-0123456789"
    static let revealer = "revealer-token-0123456789"
    static let pusher = "pusher-token-0123456789"
    static let cleaner = "cleaner-token-0123456789"
    static let password = "hunter2-of-redis-0123456"

    let redis: PrivateRedis
    let folder: TemporaryFolder
    let ca: ThrowawayCA
    let program: Program
    let secrets: PlantedSecrets
    let port: Int
    private let isTLS: Bool

    init(isTLS: Bool = true, environment: [String: String] = [:]) throws {
        redis = try PrivateRedis(arguments: ["--requirepass", Self.password])
        folder = try TemporaryFolder(prefix: "planted")
        ca = try ThrowawayCA()
        let key = try String(contentsOfFile: ca.server.keyFile, encoding: .utf8)
        secrets = PlantedSecrets([
            "the id of a held session": Self.owned, "the id of an orphan": Self.orphan,
            "an id in upper case": Self.upper,
            "an id that is a JWT": Self.jwt, "an id of odd characters": Self.odd,
            "an id that is not registered": Self.unregistered, "a value": Self.value, "a cookie": Self.cookie,
            "the reader's token": Self.reader, "the revealer's token": Self.revealer,
            "the pusher's token": Self.pusher, "the cleaner's token": Self.cleaner, "Redis' password": Self.password,
            "the key of TLS": String(key.split(separator: "\n")[1]),
        ])
        try Self.fill(redis)
        try Self.configure(redis, folder, isTLS ? ca.server : nil)
        self.isTLS = isTLS
        program = try Program(
            ["serve", "--config", folder.file("c.yaml"), "--log-level", "trace"], environment: environment)
        let started = program
        try waitUntil("the daemon to listen") { DaemonLog.port(in: started.errors) != nil }
        port = DaemonLog.port(in: program.errors) ?? 0
        try waitUntil("the first full scan") { try answer("/readyz").hasPrefix("HTTP/1.1 200") }
    }

    func end() {
        program.end()
        redis.stop()
        folder.remove()
    }

    /// Renews the TTL of the node's heartbeat, as a node that is alive does.
    func renewHeartbeat() throws {
        var connection = try Self.connection(redis)
        _ = try connection.command(["EXPIRE", "mcp:node:node-1", "36000"])
    }

    /// An orphan of a node that was seen alive an hour ago, and a session of each form of id.
    private static func fill(_ redis: PrivateRedis) throws {
        var connection = try Self.connection(redis)
        let now = Int(Date().timeIntervalSince1970) * 1000
        let hourAgo = now - 3_600_000
        func set(_ key: String, _ value: JSONValue) throws {
            _ = try connection.command(["SET", key, value.compact, "EX", "36000"])
        }
        try set("mcp:node:node-1", ["boot": "b1", "password": .string(value)])
        let client: JSONValue = ["name": "cursor", "key": .string(value)]
        let held: JSONValue = [
            "node": "node-1", "boot": "b1", "created_at": .int(hourAgo), "token": .string(value), "client": client,
        ]
        for id in [owned, upper, jwt, odd] { try set("mcp:session:\(id)", held) }
        try set(
            "mcp:session:\(orphan)",
            ["node": "node-2", "boot": "b2", "created_at": .int(hourAgo - 1_000_000), "auth": .string(value)])
        _ = try connection.command(["SET", "mcp:session:malformed-\(unregistered)", "{\"token\":\"\(value)"])
        _ = try connection.command(["RPUSH", "mcp:session:list-\(unregistered)", value])
        try CleanableRegistry.know(
            SessionOwner(node: "node-2", boot: "b2"), seen: UnixTime(milliseconds: Int64(hourAgo)), &connection)
    }

    private static func configure(
        _ redis: PrivateRedis, _ folder: TemporaryFolder, _ certificate: ThrowawayCA.Certificate?
    ) throws {
        func write(_ text: String, _ name: String) throws {
            try text.write(toFile: folder.file(name), atomically: true, encoding: .utf8)
            _ = unsafe chmod(folder.file(name), 0o600)
        }
        try write(password, "password")
        try write("read \(reader)\nread,reveal \(revealer)\nevents \(pusher)\nread,cleanup \(cleaner)\n", "tokens")
        try write("", "a.log")
        try write(
            """
            redis: {url: "\(redis.url)", password_file: "\(folder.file("password"))"}
            nodes: {dead_after: 1h}
            events: {http: true, files: [{path: "\(folder.file("a.log"))", node: node-1}], state_dir: "\(folder.file("state"))"}
            cleanup: {mode: delete, every: 1s, grace: 1s, settle: 0s, max_dead_fraction: 1.0, audit_file: "\(folder.file("audit"))"}
            http:
              listen: 127.0.0.1:0
              tokens_file: "\(folder.file("tokens"))"
              tls: {cert_file: "\(certificate?.certFile ?? "")", key_file: "\(certificate?.keyFile ?? "")"}
            """, "c.yaml")
    }

    static func connection(_ redis: PrivateRedis) throws -> RedisConnection {
        var endpoint = redis.endpoint
        endpoint.password = password
        return try RedisConnection.open(endpoint)
    }
}

extension PlantedDaemon {
    var server: String { "\(isTLS ? "https" : "http")://127.0.0.1:\(port)" }

    /// Head and body of an answer; empty where the connection was closed without one.
    func answer(
        _ target: String, _ method: String = "GET", token: String? = nil, headers: [String] = [], body: String? = nil,
        authority: String? = nil
    ) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        var words = [
            "curl", "-s", "-i", "-g", "--path-as-is", "--max-time", "60", "--noproxy", "*", "--cacert",
            authority ?? ca.caFile,
        ]
        words += method == "HEAD" ? ["-I"] : ["-X", method]
        for header in headers + (token.map { ["Authorization: Bearer \($0)"] } ?? []) { words += ["-H", header] }
        if let body {
            try body.write(toFile: folder.file("body"), atomically: true, encoding: .utf8)
            words += ["-H", "Content-Type: application/json", "--data-binary", "@" + folder.file("body")]
        }
        process.arguments = words + ["\(server)\(target)"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    /// Appends to the log that the daemon follows.
    func log(_ lines: [String]) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.file("a.log")))
        defer { try? file.close() }
        _ = try file.seekToEnd()
        try file.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
    }

    /// All that it keeps, by the place where: its state, its audit, what the kernel tells of its process, and its keys.
    func kept() throws -> [(place: String, bytes: [UInt8])] {
        var kept: [(place: String, bytes: [UInt8])] = []
        for file in ["state/positions.json", "audit"] {
            kept.append((file, Array(FileManager.default.contents(atPath: folder.file(file)) ?? Data())))
        }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.file("state"))) ?? [] {
            kept.append((name, Array(FileManager.default.contents(atPath: folder.file("state/\(name)")) ?? Data())))
        }
        let process = "/proc/\(program.process.processIdentifier)"
        for name in ["cmdline", "environ", "comm"] {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: "\(process)/\(name)"))
            kept.append((name, Array(try file.readToEnd() ?? Data())))
        }
        var connection = try Self.connection(redis)
        for key in try connection.command(["KEYS", "mcp:sessiond:*"]).array?.compactMap(\.text) ?? [] {
            let reading =
                switch try connection.command(["TYPE", key]).text {
                case "hash": ["HGETALL", key]
                case "stream": ["XRANGE", key, "-", "+"]
                case "list": ["LRANGE", key, "0", "-1"]
                case "zset": ["ZRANGE", key, "0", "-1"]
                case "set": ["SMEMBERS", key]
                default: ["GET", key]
                }
            // The parts of the undo store hold ids on purpose, as SECURITY.md says: nothing else does.
            let value = key.hasPrefix("mcp:sessiond:{undo}:") ? [] : Self.bytes(try connection.command(reading))
            kept.append((key, Array(key.utf8) + value))
        }
        return kept
    }

    private static func bytes(_ reply: RedisReply) -> [UInt8] {
        (reply.array ?? []).flatMap { bytes($0) + [0x0A] } + (reply.bytes ?? []) + Array((reply.text ?? "").utf8)
    }
}
