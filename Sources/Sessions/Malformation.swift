/// The reason why a record cannot be read: the `reason` label of `mcp_registry_malformed_keys`.
public enum Malformation: UInt8, Sendable, CaseIterable, Error {
    case badJSON = 1
    case tooLarge
    case badTime

    public var word: String {
        switch self {
        case .badJSON: "bad_json"
        case .tooLarge: "too_large"
        case .badTime: "bad_time"
        }
    }
}
