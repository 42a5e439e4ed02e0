import Configuration
import Redis
import Sessions
import Watching

/// What can be seen of the set-up from the settings and from Redis itself, asked as the daemon would ask: same URL, same
/// user, same server. Short, bounded, no `KEYS`; writes nothing but a canary, as the daemon does every two seconds.
public struct Checkup: Sendable {
    /// Masters of a cluster that are looked at, each.
    static let serverLimit = 16
    /// Keys among which one is looked for that a certain master holds.
    static let canaryTries = 4_096

    public let settings: Settings
    public let plan: WatchPlan
    /// Ends the names of keys that are asked for and are not there.
    let nonce = String(UInt64.random(in: 0...UInt64.max), radix: 16)

    /// What came of it.
    public struct Findings: Sendable {
        public var checks: [Check] = []
        /// Whether Redis let us in.
        public var isRedisReached = false
    }

    /// Throws as ``Daemon/init(settings:environment:logger:reload:)`` where the settings name what cannot be.
    public init(settings: Settings, environment: [String: String]) throws {
        self.settings = settings
        plan = try WatchPlan(settings, environment: environment)
    }

    /// Looks at files and Redis. Blocks for some seconds at most.
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

    /// A server, and a key that it holds, to see it come back.
    public struct Server {
        let endpoint: RedisEndpoint
        let canary: String
    }

    /// The server that is read from, or each master of a cluster; at least one.
    private func servers() throws(RedisError) -> [Server] {
        let canary = KeySpace.canaryPrefix + nonce
        var client = plan.newClient()
        return try client.servers().map { server in
            // A master with few slots may be met by none of them: then its canary is refused, and not missed.
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

    /// Of each check of several servers the worst, which names its server.
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
        var mend = "Is it running there? redis.url names it; redis-cli -u URL PING should answer PONG."
        if case .refused(_, let code, _) = error {
            switch code {
            case "NOAUTH", "WRONGPASS", "DENIED":
                mend = "Set redis.username, and the password in redis.password_file or \(Settings.passwordVariable)."
            case "LOADING": mend = "Redis reads its files; wait until it is done."
            case "NOPERM": mend = "The user may not even begin; see docs/watching.md, the Redis user."
            default: break
            }
        }
        return Check("redis", .fail, error.description, mend: mend)
    }
}
