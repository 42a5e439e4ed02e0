import Foundation
import Testing

@testable import Configuration

@Suite struct SettingSecretsTests {
    @Test(arguments: [
        ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"), ("redis://u:hunter2@h:1/2", "redis://***@h:1/2"),
        ("rediss://:hunter2@h", "rediss://***@h"), ("redis://u:hun@ter2@h", "redis://***@h"),
        ("unix://u:hunter2@/run/r.sock?db=3", "unix://***@/run/r.sock?db=3"),
        ("redis://h?password=hunter2", "redis://h?***"), ("u:hunter2@h", "***@h"),
        ("redis+sentinel://:hunter2@a:1,b:2/mymaster/0", "redis+sentinel://***@a:1,b:2/mymaster/0"),
    ])
    func theURLIsShownWithoutSecrets(url: String, shown: String) {
        #expect(RedisURL(url).redacted == shown)
        var settings = Settings()
        settings.redis.url = url
        var dumped = ""
        dump(settings, to: &dumped)
        dump(settings.redis, to: &dumped)
        for text in [
            "\(settings)", String(reflecting: settings), "\(settings.redis)", String(reflecting: settings.redis),
            "\(settings.describe())", "\([settings.redis])", dumped,
        ] {
            #expect(!text.contains("hunter2") && !text.contains("ter2"))
        }
        #expect("\(settings.redis)" == "\(shown) (read from primary)")
    }

    @Test(arguments: [
        (
            "http://u:hunter2@h",
            "is not a Redis URL: it should begin with one of redis://, rediss://, unix://, redis+sentinel://, "
                + "redis+cluster://, "
                + "rediss+sentinel://, rediss+cluster://"
        ),
        ("redis://u:hunter2@", "has no host"),
        ("unix://u:hunter2@run/r", "unix:// takes an absolute path (unix:///run/redis.sock?db=0)"),
    ])
    func aMistakeRepeatsNothingOfTheURL(url: String, message: String) {
        let thrown = #expect(throws: SettingMistakes.self) {
            try Settings.load(file: nil, environment: ["MCP_SESSIOND_REDIS_URL": url])
        }
        #expect(thrown?.description == "MCP_SESSIOND_REDIS_URL: redis.url: \(message)")
    }

    @Test(arguments: ["redis://u:hunter2@h", "redis://:hunter2@h", "redis://h?password=hunter2", "u:hunter2@h"])
    func aPasswordInAFlagIsRefused(url: String) {
        let thrown = #expect(throws: SettingMistakes.self) {
            try Settings.load(file: nil, environment: [:], flags: [("redis.url", "--redis", url)])
        }
        #expect(
            thrown?.description == "--redis: redis.url: ps shows a password in a flag; "
                + "use redis.password_file or MCP_SESSIOND_REDIS_PASSWORD")
    }

    @Test(arguments: [
        ("hunter2\n", "hunter2"), ("hunter2", "hunter2"), ("hunter2\r\n", "hunter2"), ("hunter2\n\n", "hunter2\n"),
        (" a b ", " a b "),
    ])
    func thePasswordFileLosesOneNewline(content: String, expected: String) throws {
        let directory = try SettingsDirectory()
        var settings = Settings()
        settings.redis.passwordFile = try directory.write(content, "password")
        #expect(try settings.redisPassword(environment: [:]) == expected)
        #expect(try settings.redisPassword(environment: ["MCP_SESSIOND_REDIS_PASSWORD": "other"]) == "other")
    }

    @Test func aPasswordFileThatIsNoneIsNamed() throws {
        let directory = try SettingsDirectory()
        var settings = Settings()
        #expect(try settings.redisPassword(environment: [:]) == nil)
        for (path, message) in [
            (directory.path("none"), "no such file"), (try directory.write("\n", "empty"), "the file is empty"),
            (try directory.write(String(repeating: "x", count: 5_000), "large"), "larger than 4096 bytes"),
        ] {
            settings.redis.passwordFile = path
            let thrown = #expect(throws: SettingMistake.self) { try settings.redisPassword(environment: [:]) }
            #expect(thrown?.description == "\(path): redis.password_file: \(message)")
        }
    }
}
