/// What a reader knows of its source's habits, by which it tells a foreign line.
struct LineHabits: Sendable {
    private struct Known: Sendable {
        var lastFormat: LineFormat?
        var wroteJSON = false
        var wroteText = false
    }

    private var known = Known()
    private var aside: Known?

    /// The format that fitted last.
    var lastFormat: LineFormat? { known.lastFormat }
    /// Until a text line was recognised, a source that wrote JSON is held to be one of JSON alone.
    var isJSONAlone: Bool { known.wroteJSON && !known.wroteText }
    var wroteJSON: Bool { known.wroteJSON }

    mutating func note(_ format: LineFormat) {
        known.lastFormat = format
        if format.isJSON { known.wroteJSON = true } else { known.wroteText = true }
    }

    /// Reads on as a new reader would that starts with a line of `format`: where a record goes on over lines, one that
    /// starts anew at its beginning must come to the same outcomes.
    mutating func setAside(_ format: LineFormat?) {
        recall()
        aside = known
        known = Known()
        if let format { note(format) }
    }

    /// Takes back what was set aside.
    mutating func recall() {
        guard let aside else { return }
        known.lastFormat = known.lastFormat ?? aside.lastFormat
        known.wroteJSON = known.wroteJSON || aside.wroteJSON
        known.wroteText = known.wroteText || aside.wroteText
        self.aside = nil
    }
}
