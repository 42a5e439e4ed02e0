import Configuration
import Redis
import Sessions
import Watching

/// A checkup of the set-up as far as the settings and Redis itself show it. It asks as the daemon would: same URL, same
/// user, same server. It is short and bounded, uses no `KEYS`, and writes nothing but a canary, as the daemon does
/// every two seconds.
public struct Checkup: Sendable {
    /// The number of a cluster's masters to check.
    static let serverLimit = 16
    /// The number of keys to try for one that a given master holds.
    static let canaryTries = 4_096

    public let settings: Settings
    public let plan: WatchPlan
    /// A suffix for names of keys that do not exist.
    let nonce = String(UInt64.random(in: 0...UInt64.max), radix: 16)

    /// The result of a checkup.
    public struct Findings: Sendable {
        public var checks: [Check] = []
        /// True if Redis let us in.
        public var isRedisReached = false
    }

    /// Throws like ``Daemon/init(settings:environment:logger:reload:)`` if the settings are invalid.
    public init(settings: Settings, environment: [String: String]) throws {
        self.settings = settings
        plan = try WatchPlan(settings, environment: environment)
    }

    /// Checks files and Redis. Blocks for some seconds at most.
    public func run() -> Findings {
        var findings = Findings()
        do throws(RedisError) {
            let servers = try servers()
            findings.isRedisReached = true
            let each = try servers.prefix(Self.serverLimit).map { server throws(RedisError) in try checks(of: server) }
            findings.checks = Self.worst(each)
            findings.checks.append(heartbeats(sampledFrom: servers[0]))
        } catch {
            findings.checks.append(Self.unreachable(error))
        }
        findings.checks += files()
        return findings
    }

    /// A server, and a key on it that serves as the canary.
    public struct Server {
        let endpoint: RedisEndpoint
        let canary: String
    }

    /// The server that is read from, or each master of a cluster; at least one.
    private func servers() throws(RedisError) -> [Server] {
        let canary = KeySpace.canaryPrefix + nonce
        var client = plan.newClient()
        return try client.servers().map { server in
            // None of the keys may fall on a master with few slots. Then its canary is refused, which is not reported.
            let keys = (0..<Self.canaryTries).lazy.map { $0 == 0 ? canary : "\(canary)-\($0)" }
            return Server(endpoint: server.endpoint, canary: keys.first(where: server.holds) ?? canary)
        }
    }

    private func checks(of server: Server) throws(RedisError) -> [Check] {
        var server = try CheckedServer(self, server)
        return [
            server.reach, try server.role(), try server.clock(), server.eviction, try server.timesToLive(),
        ] + (try server.trackingAndAccess())
    }

    /// The worst result of each check over several servers; it names its server.
    static func worst(_ each: [[Check]]) -> [Check] {
        let order: [Check.Result] = [.skipped, .ok, .warn, .fail]
        guard var worst = each.first else { return [] }
        for checks in each.dropFirst() {
            for (place, check) in checks.enumerated()
            where order.firstIndex(of: check.result) ?? 0 > order.firstIndex(of: worst[place].result) ?? 0 {
                worst[place] = check
            }
        }
        return worst
    }

    private static func unreachable(_ error: RedisError) -> Check {
        var mend = "Is it running at the address in redis.url? redis-cli -u URL PING should answer PONG."
        if case .refused(_, let code, _) = error {
            switch code {
            case "NOAUTH", "WRONGPASS", "DENIED":
                mend = "Set redis.username, and the password in redis.password_file or \(Settings.passwordVariable)."
            case "LOADING": mend = "Redis is loading its data; wait until it is done."
            case "NOPERM": mend = "The user lacks basic rights; see docs/watching.md, the Redis user."
            default: break
            }
        }
        return Check("redis", .fail, error.description, mend: mend)
    }
}
