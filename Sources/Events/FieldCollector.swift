/// Gathers the fields of one line, under their paths, to a bound.
struct FieldCollector {
    private(set) var fields: [LogField] = []
    private var names: [ArraySlice<UInt8>] = []
    private var lists = 0

    var depth: Int { names.count }

    mutating func add(_ name: ArraySlice<UInt8>, _ value: LogField.Value) {
        guard fields.count < LineLimits.fields else { return }
        var path: [UInt8] = []
        for name in names {
            path.append(contentsOf: name)
            path.append(UInt8(ascii: "."))
        }
        path.append(contentsOf: name)
        fields.append(
            LogField(
                path: path, key: name.squeezed, parent: names.last?.squeezed ?? "", depth: names.count,
                isInList: lists > 0, value: value))
    }

    /// Runs `body` for what the object called `name` holds.
    mutating func inside<Failure: Error>(
        _ name: ArraySlice<UInt8>, body: (inout FieldCollector) throws(Failure) -> Void
    ) throws(Failure) {
        names.append(name)
        defer { names.removeLast() }
        try body(&self)
    }

    /// Runs `body` for the elements of an array.
    mutating func insideList<Failure: Error>(body: (inout FieldCollector) throws(Failure) -> Void) throws(Failure) {
        lists += 1
        defer { lists -= 1 }
        try body(&self)
    }
}
