/// The formats that a source has used so far, which let its reader recognise a foreign line.
struct LineHabits: Sendable {
    private struct Known: Sendable {
        var lastFormat: LineFormat?
        var wroteJSON = false
        var wroteText = false
    }

    private var known = Known()
    private var aside: Known?

    /// The format of the last line that had a known one.
    var lastFormat: LineFormat? { known.lastFormat }
    /// True if the source seems to write JSON only: it wrote JSON, and no text line was recognised.
    var isJSONAlone: Bool { known.wroteJSON && !known.wroteText }
    var wroteJSON: Bool { known.wroteJSON }

    mutating func note(_ format: LineFormat) {
        known.lastFormat = format
        if format.isJSON { known.wroteJSON = true } else { known.wroteText = true }
    }

    /// Sets the habits aside, as if a new reader had started with a line of `format`. Within a record of several lines,
    /// a reader that restarts at the record's beginning must reach the same outcomes.
    mutating func setAside(_ format: LineFormat?) {
        recall()
        aside = known
        known = Known()
        if let format { note(format) }
    }

    /// Restores what was set aside.
    mutating func recall() {
        guard let aside else { return }
        known.lastFormat = known.lastFormat ?? aside.lastFormat
        known.wroteJSON = known.wroteJSON || aside.wroteJSON
        known.wroteText = known.wroteText || aside.wroteText
        self.aside = nil
    }
}
