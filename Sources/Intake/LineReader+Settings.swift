import Configuration
import Events

extension LineReader.Options {
    /// How lines are read, as the settings say; the format follows from each source.
    public init(_ settings: Settings) {
        self.init(
            rules: settings.events.rules.map(\.rule), cookie: settings.sticky.cookie,
            maxIDLength: settings.registry.maxIDLength)
    }
}
