/// The place of one field's value in a record's text.
struct FieldPlace: Sendable {
    let start: Int32
    let end: Int32
    /// The position of its name among the candidates.
    let rank: UInt8
    /// True for a JSON string with a backslash in it.
    let isEscaped: Bool
    /// True for an object or array.
    let isNested: Bool

    init(_ range: Range<Int>, rank: UInt8, isEscaped: Bool = false, isNested: Bool = false) {
        (start, end) = (Int32(range.lowerBound), Int32(range.upperBound))
        (self.rank, self.isEscaped, self.isNested) = (rank, isEscaped, isNested)
    }

    var range: Range<Int> { Int(start)..<Int(end) }
}

/// The places of a record's wanted fields. They are not on the heap, since one list is made for each record that is
/// read.
struct FieldPlaces: Sendable {
    static let limit = 8

    private var places = InlineArray<8, FieldPlace?>(repeating: nil)

    /// Stores the place of a field. If a field appears twice, the better candidate counts, and for one name the later
    /// value, as in most JSON libraries.
    mutating func put(_ field: Int, _ place: FieldPlace) {
        if let held = places[field], held.rank < place.rank { return }
        places[field] = place
    }

    /// Removes a field whose name appears again without a value. The later one counts here too.
    mutating func remove(_ field: Int, rank: UInt8) {
        if let held = places[field], held.rank == rank { places[field] = nil }
    }

    func place(_ field: Int) -> FieldPlace? { places[field] }

    /// Returns the field's text. Nil if it is absent.
    func text(_ field: Int, in record: Span<UInt8>) -> [UInt8]? {
        guard let place = places[field] else { return nil }
        return place.isEscaped
            ? JSONFields.unescape(record, place.range) : record.extracting(place.range).copied()
    }

    /// Returns a name that may be shown and compared. Nil if it is absent, empty, or a nested object.
    func name(_ field: Int, in record: Span<UInt8>) throws(Malformation) -> [UInt8]? {
        guard let place = places[field], !place.range.isEmpty, !place.isNested else { return nil }
        guard let text = text(field, in: record), text.count <= RecordLimits.textBytes else { throw .tooLarge }
        return text
    }

    /// Returns the place of a name that has no escapes (``isEscaped(_:)``). Nil and errors as for ``name(_:in:)``.
    func nameRange(_ field: Int) throws(Malformation) -> Range<Int>? {
        guard let place = places[field], !place.range.isEmpty, !place.isNested else { return nil }
        guard place.range.count <= RecordLimits.textBytes else { throw .tooLarge }
        return place.range
    }

    func isEscaped(_ field: Int) -> Bool { places[field]?.isEscaped ?? false }

    /// Returns a time. Nil if it is absent or empty.
    func time(_ field: Int, in record: Span<UInt8>) throws(Malformation) -> UnixTime? {
        guard let place = places[field], !place.range.isEmpty else { return nil }
        guard let time = UnixTime(parsing: record.extracting(place.range)) else { throw .badTime }
        return time
    }
}
