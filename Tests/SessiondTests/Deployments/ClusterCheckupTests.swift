import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Configuration
@testable import Doctor

extension DeploymentTests {
    /// `doctor` before a cluster: each master is looked at.
    @Suite struct ClusterCheckupTests {
        private static func settings(_ lab: PrivateCluster) -> Settings {
            var settings = Settings()
            settings.redis.url = "redis+cluster://" + lab.seeds.map(\.address).joined(separator: ",")
            settings.cleanup.mode = .delete
            return settings
        }

        private static func findings(_ settings: Settings, password: String? = nil) throws -> Checkup.Findings {
            let environment = password.map { [Settings.passwordVariable: $0] } ?? [:]
            return try Checkup(settings: settings, environment: environment).run()
        }

        @Test func `all masters are looked at, and what one of them lacks is told`() throws {
            let lab = try PrivateCluster(nodeTimeoutMilliseconds: 600_000)
            defer { lab.stop() }
            var client = RedisCluster(seeds: lab.seeds, limits: .patient)
            let beat = #"{"boot":"b1","url":"http://10.0.0.1:8080"}"#
            let sessions = (0..<60).map { ["SET", "mcp:session:\(uuid($0))", #"{"node":"node-1"}"#, "EX", "600"] }
            let commands = sessions + [["SET", "mcp:node:node-1", beat]]
            _ = try client.run(commands.map { RedisCommand($0, keyIndex: 1) })

            let well = try Self.findings(Self.settings(lab))
            #expect(well.isRedisReached && well.checks.allSatisfy { $0.result == .ok }, "\(well.checks)")
            let tracking = try #require(well.checks.first { $0.name == "tracking" })
            #expect(tracking.found.hasPrefix("Redis reports changes, after "))

            let user = ["ACL", "SETUSER", "sessiond", "on", ">secret", "+@all", "~*", "&*"]
            for node in lab.nodes { try node.server.run([user]) }
            try lab.nodes[1].server.run([["ACL", "SETUSER", "sessiond", "-unlink"]])
            var settings = Self.settings(lab)
            settings.redis.username = "sessiond"
            let lacking = try Self.findings(settings, password: "secret").checks.filter { $0.result != .ok }
            #expect(
                lacking.map(\.name) == ["acl"] && lacking[0].mend.last == "ACL SETUSER sessiond +unlink", "\(lacking)")
        }
    }
}
