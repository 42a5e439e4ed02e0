/// One key: its path, how it is read into `Settings`, and how its value is shown.
public struct SettingKey: Sendable {
    /// `nodes.dead_after`
    let path: String
    /// `MCP_SESSIOND_NODES_DEAD_AFTER`
    let variable: String
    /// Puts a value into the settings, or adds what is wrong with it to the mistakes and answers false.
    let apply: @Sendable (RawSetting, inout Settings, inout [SettingMistake]) -> Bool
    /// The value as it would stand in the file, without secrets.
    let show: @Sendable (Settings) -> String
    let isEqual: @Sendable (Settings, Settings) -> Bool

    init<Value>(
        _ path: String, _ place: WritableKeyPath<Settings, Value> & Sendable, _ type: SettingType<Value>
    ) {
        self.path = path
        variable = Settings.environmentPrefix + path.uppercased().replacing(".", with: "_")
        apply = { raw, settings, mistakes in
            guard let value = type.read(raw, path, &mistakes) else { return false }
            settings[keyPath: place] = value
            return true
        }
        show = { type.show($0[keyPath: place]) }
        isEqual = { $0[keyPath: place] == $1[keyPath: place] }
    }
}
