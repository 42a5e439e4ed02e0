import Configuration
import Events

extension LineReader.Options {
    /// Line reading options from the settings; the format depends on each source.
    public init(_ settings: Settings) {
        self.init(
            rules: settings.events.rules.map(\.rule), cookie: settings.sticky.cookie,
            maxIDLength: settings.registry.maxIDLength)
    }
}
