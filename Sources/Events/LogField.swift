/// One field of a line, wherever its format put it.
struct LogField: Sendable {
    enum Value: Sendable, Equatable {
        /// Text with its escapes undone.
        case string(ArraySlice<UInt8>)
        /// A number as it was written.
        case number(ArraySlice<UInt8>)
        case bool
        case null
        /// An array; objects in it have fields of their own.
        case list
        /// Something that a logger could not print: `[Object]`, `<Buffer 7c>`.
        case opaque
    }

    /// The names that lead to it, joined by dots: `fields.session_id`.
    let path: ArraySlice<UInt8>
    /// How many objects hold it.
    let depth: Int
    /// Whether one of those is an element of an array (`spans`).
    let isInList: Bool
    let value: Value
    /// What its name makes it.
    let claim: FieldClaim?
    let mark: FieldMark
    /// Its number among the values of a JSON line; nil where it is none.
    let number: Int?

    /// The text of a string or number.
    var text: ArraySlice<UInt8>? {
        switch value {
        case .string(let bytes), .number(let bytes): bytes
        default: nil
        }
    }
}
