import Lab
import Redis
import Sessions
import Testing

@testable import Configuration
@testable import Watching

extension DeploymentTests {
    /// What the settings may ask for together, and what is refused before anything is started.
    @Suite struct RefusedDeploymentTests {
        struct Asked: CustomTestStringConvertible, Sendable {
            var url: String
            var dialects = ["native"]
            var readFrom = RedisSettings.ReadFrom.primary
            var caFile = ""
            /// What the refusal says; nil where there is none.
            var refusal: String?

            var testDescription: String { "\(url), \(dialects), \(readFrom)\(caFile.isEmpty ? "" : ", TLS")" }

            var settings: Settings {
                var settings = Settings()
                (settings.redis.url, settings.redis.readFrom, settings.redis.tls.caFile) = (url, readFrom, caFile)
                settings.registry.dialects = dialects
                return settings
            }
        }

        private static let cluster = "redis+cluster://ann:hunter2@h1:7000,h2:7000"
        private static let sentinels = "redis+sentinel://ann:hunter2@h1:26379,h2:26379/mymaster/0"

        private static let refused = [
            Asked(
                url: cluster, dialects: ["native", "contextforge"],
                refusal:
                    "registry.dialects: a dialect whose owners stand in keys of their own cannot be read from a Redis Cluster yet"
            ),
            Asked(
                url: cluster, readFrom: .replica,
                refusal: "redis.read_from: the replicas of a Redis Cluster cannot be read from yet; use primary"),
            Asked(
                url: cluster, caFile: "/ca.crt",
                refusal: "redis.tls.ca_file: the URL's scheme is not rediss, so nothing would be encrypted"),
            Asked(
                url: sentinels, caFile: "/ca.crt",
                refusal: "redis.tls.ca_file: the URL's scheme is not rediss, so nothing would be encrypted"),
            Asked(
                url: "\(cluster)/3",
                refusal: "redis.url: a cluster has only one database: only /0 may follow its hosts"),
            Asked(
                url: "redis+sentinel://ann:hunter2@h1:26379",
                refusal:
                    "redis.url: the hosts of sentinels are followed by the primary's name: /mymaster or /mymaster/0"),
            Asked(
                url: sentinels, dialects: ["native", "unheard-of"],
                refusal: "registry.dialects: unheard-of is not supported yet"),
        ]

        @Test(arguments: refused)
        func whatCannotBeReadIsRefusedByItsKey(_ asked: Asked) throws {
            let error = try #require(throws: StartupError.self) { try WatchPlan(asked.settings, environment: [:]) }
            #expect("\(error)" == asked.refusal)
            #expect(!"\(error)".contains("hunter2"))
        }

        @Test(arguments: [
            Asked(url: cluster, dialects: ["native", "bare"]),
            Asked(url: sentinels, dialects: ["native", "contextforge"], readFrom: .replica),
            Asked(url: "rediss+cluster://h1:7000", caFile: "/ca.crt"),
            Asked(url: "rediss+sentinel://h1:26379/mymaster", readFrom: .replica, caFile: "/ca.crt"),
            Asked(url: "unix:///run/redis.sock?db=3", readFrom: .replica),
        ])
        func whatCanBeReadIsTaken(_ asked: Asked) throws {
            let environment = [Settings.passwordVariable: "open-sesame"]
            let plan = try WatchPlan(asked.settings, environment: environment)
            #expect(plan.deployment.password == "open-sesame")
            #expect(plan.deployment.usesTLS == !asked.caFile.isEmpty)
            #expect(plan.readsFromReplica == (asked.readFrom == .replica))
            #expect(plan.keySpace.dialects.map(\.name) == asked.dialects)
            #expect(!"\(plan.deployment)".contains("open-sesame"))
        }
    }
}
