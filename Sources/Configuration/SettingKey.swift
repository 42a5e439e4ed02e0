/// A settings key: its path, its reader into `Settings`, and the text that shows its value.
public struct SettingKey: Sendable {
    /// `nodes.dead_after`
    let path: String
    /// `MCP_SESSIOND_NODES_DEAD_AFTER`
    let variable: String
    /// Sets the value; or adds its mistakes and returns false.
    let apply: @Sendable (RawSetting, inout Settings, inout [SettingMistake]) -> Bool
    /// The value as it would be written in the file, without secrets.
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
