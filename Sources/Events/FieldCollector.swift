/// The fields of one line as they are collected, with their paths, up to a limit.
struct FieldCollector {
    private(set) var fields: [LogField] = []
    /// The names of the objects that hold the next field.
    private var names: [ArraySlice<UInt8>] = []
    private var lists = 0

    var depth: Int { names.count }

    mutating func add(_ name: ArraySlice<UInt8>, _ value: LogField.Value, number: Int? = nil) {
        guard fields.count < LineLimits.fields else { return }
        if fields.isEmpty { fields.reserveCapacity(16) }
        // At the top level the name is the path, so nothing is copied.
        var path = name
        if !names.isEmpty {
            path = []
            for name in names {
                path.append(contentsOf: name)
                path.append(UInt8(ascii: "."))
            }
            path.append(contentsOf: name)
        }
        let key = name.squeezed
        let parent = names.last?.squeezed ?? ""
        fields.append(
            LogField(
                path: path, depth: names.count, isInList: lists > 0, value: value,
                claim: FieldClaim.of(key, in: parent, depth: names.count), mark: FieldMark.of(key), number: number))
    }

    /// Begins an object, to which the fields until ``leaveObject()`` belong.
    mutating func enterObject(_ name: ArraySlice<UInt8>) { names.append(name) }
    mutating func leaveObject() { names.removeLast() }

    /// Begins an array, to whose elements the fields until ``leaveList()`` belong.
    mutating func enterList() { lists += 1 }
    mutating func leaveList() { lists -= 1 }
}
