/// All settings of the daemon, with their defaults. `SettingKeys.swift` lists the keys.
public struct Settings: Sendable, Equatable {
    public var redis = RedisSettings()
    public var registry = RegistrySettings()
    public var nodes = NodeSettings()
    public var watch = WatchSettings()
    public var events = EventSettings()
    public var sticky = StickySettings()
    public var cleanup = CleanupSettings()
    public var http = HTTPSettings()
    public var metrics = MetricSettings()
    public var log = LogSettings()
    /// The source of each value; does not affect equality.
    public var sources = SettingSources()

    /// The defaults.
    public init() {}
}

extension Settings {
    /// The prefix of all our environment variables.
    static let environmentPrefix = "MCP_SESSIOND_"
    static let configVariable = "MCP_SESSIOND_CONFIG"
    /// Variables that are not keys: the commands' server and token, the file's name, a secret that has no key.
    static let otherVariables = [configVariable, "MCP_SESSIOND_SERVER", "MCP_SESSIOND_TOKEN", passwordVariable]

    /// Loads the settings; flags override the environment, which overrides the file and the defaults. If `file` is nil,
    /// `MCP_SESSIOND_CONFIG` may name it. Throws all mistakes, in the order of the file, the environment and the flags;
    /// values that another source overrides are checked too.
    public static func load(
        file: String?, environment: [String: String], flags: [(key: String, flag: String, value: String)] = []
    ) throws(SettingMistakes) -> Settings {
        var mistakes: [SettingMistake] = []
        var given: [(key: SettingKey, raw: RawSetting)] = []
        if let path = file ?? environment[configVariable] {
            do {
                try given += SettingFile(reading: path).settings(&mistakes)
            } catch {
                mistakes.append(error)
            }
        }
        given += variables(environment, &mistakes)
        given += Self.flags(flags, &mistakes)

        var settings = Settings()
        // Later sources overwrite earlier ones.
        for (key, raw) in given {
            if key.apply(raw, &settings, &mistakes) { settings.sources.byKey[key.path] = raw.source }
        }
        mistakes += settings.contradictions(besides: Set(mistakes.map(\.topKey)))
        guard mistakes.isEmpty else { throw SettingMistakes(mistakes.sorted { $0.source < $1.source }) }
        return settings
    }

    private static func variables(
        _ environment: [String: String], _ mistakes: inout [SettingMistake]
    ) -> [(key: SettingKey, raw: RawSetting)] {
        var given: [(key: SettingKey, raw: RawSetting)] = []
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix(environmentPrefix) {
            let source = SettingSource.environment(name)
            if let key = SettingKey.all.first(where: { $0.variable == name }) {
                given.append((key, RawSetting(line: value, source)))
            } else if !otherVariables.contains(name) {
                let nearest = Spelling.nearest(to: name, among: SettingKey.all.map(\.variable) + otherVariables)
                mistakes.append(SettingMistake(source, "", "unknown variable" + Spelling.question(nearest)))
            }
        }
        return given
    }

    private static func flags(
        _ flags: [(key: String, flag: String, value: String)], _ mistakes: inout [SettingMistake]
    ) -> [(key: SettingKey, raw: RawSetting)] {
        var given: [(key: SettingKey, raw: RawSetting)] = []
        for (path, flag, value) in flags {
            let source = SettingSource.flag(flag)
            guard let key = SettingKey.all.first(where: { $0.path == path }) else {
                mistakes.append(SettingMistake(source, path, "unknown key"))
                continue
            }
            if path == "redis.url", RedisURL(value).holdsPassword {
                let message = "ps shows a password in a flag; use redis.password_file or \(passwordVariable)"
                mistakes.append(SettingMistake(source, path, message))
                continue
            }
            given.append((key, RawSetting(line: value, source)))
        }
        return given
    }
}
