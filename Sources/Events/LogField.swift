/// A field of a line, wherever its format puts it.
struct LogField: Sendable {
    enum Value: Sendable, Equatable {
        /// A text with its escapes undone.
        case string(ArraySlice<UInt8>)
        /// A number as written in the line.
        case number(ArraySlice<UInt8>)
        case bool
        case null
        /// An array; objects in it have fields of their own.
        case list
        /// A value that the logger could not print: `[Object]`, `<Buffer 7c>`.
        case opaque
    }

    /// The names of its enclosing objects and its own, joined by dots: `fields.session_id`.
    let path: ArraySlice<UInt8>
    /// The number of objects around it.
    let depth: Int
    /// True if one of those is an element of an array (`spans`).
    let isInList: Bool
    let value: Value
    /// The claim of its name to a role.
    let claim: FieldClaim?
    let mark: FieldMark
    /// The number of its value in a JSON line; nil if it has none.
    let number: Int?

    /// The text of a string or number.
    var text: ArraySlice<UInt8>? {
        switch value {
        case .string(let bytes), .number(let bytes): bytes
        default: nil
        }
    }
}
