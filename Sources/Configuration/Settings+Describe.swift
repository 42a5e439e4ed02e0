extension Settings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Every key with its effective value and its source, in the order of the table; without secrets.
    public func describe() -> [(key: String, value: String, source: String)] {
        SettingKey.all.map { ($0.path, $0.show(self), sources[$0.path].description) }
    }

    /// The keys set by the file, the environment or flags.
    public var givenKeys: [String] { SettingKey.all.map(\.path).filter { sources.byKey[$0] != nil } }

    /// The keys whose values differ from those of older settings; a reload reports them.
    public func changedKeys(since older: Settings) -> [String] {
        SettingKey.all.filter { !$0.isEqual(self, older) }.map(\.path)
    }

    /// `redis.url=redis://127.0.0.1:6379/0 redis.username="" ...`
    public var description: String {
        SettingKey.all.map { "\($0.path)=\($0.show(self))" }.joined(separator: " ")
    }

    public var debugDescription: String { description }

    public var customMirror: Mirror {
        Mirror(self, children: SettingKey.all.map { ($0.path, $0.show(self) as Any) })
    }
}
