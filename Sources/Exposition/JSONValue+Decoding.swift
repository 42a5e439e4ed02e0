/// A part of a document that is read as it stands.
extension JSONValue: Decodable {
    public init(from decoder: any Decoder) throws {
        guard let decoding = decoder as? JSONDecoding else { throw JSONMismatch(place: "", expected: "JSON") }
        self = decoding.value
    }
}
