import Configuration
import Sessions

/// One word of a list, such as a verdict.
public protocol Word: Codable, Sendable, RawRepresentable<String>, SelfDescribing {
    static var words: [String] { get }
}

extension Word {
    public static var schema: Schema { .word(words) }
    public static var example: Self { Self(rawValue: words[0])! }
}

extension Word where Self: CaseIterable {
    public static var words: [String] { allCases.map(\.rawValue) }
}

extension CleanupBrake: Word {}
extension CleanupResult: Word {}
extension CleanupSettings.Mode: Word {}
extension CleanupSettings.Reason: Word {}
extension CleanupSkip: Word {}
extension Departure: Word {}
extension Ending: Word {}
extension Evidence.Source: Word {}
extension Explanation.Confidence: Word {}
extension Finding.Kind: Word {}
extension Finding.Severity: Word {}
extension Incident.Kind: Word {}
extension Node.Status: Word {}
extension NodeFlag: Word {}
extension OrphanReason: Word {}
extension OwnerWork.Kind: Word {}
extension ViewState.Gap: Word {}
extension SkippedKey: Word {}
extension StickyCause: Word {}
extension StickyScheme: Word {}
extension StickySettings.Proxy: Word {}
extension Suspicion: Word {}
extension Verdict: Word {}
extension WatchSettings.Mode: Word {}

/// The state of a session: the word of a ``SessionState``, or `unregistered`.
public enum StateWord: String, Word, CaseIterable {
    case owned, orphaned, unowned, malformed, unregistered
}

/// The reason of a session's state; of one that is not registered, how it ended.
public struct StateReason: Word, Equatable {
    public static let words = SessionState.reasonWords + Ending.words

    public let rawValue: String

    public init?(rawValue: String) {
        guard Self.words.contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }
}

/// The reason why a record cannot be read.
public enum MalformationWord: String, Word, CaseIterable {
    case badJSON = "bad_json"
    case tooLarge = "too_large"
    case badTime = "bad_time"

    public init(_ malformation: Malformation) {
        switch malformation {
        case .badJSON: self = .badJSON
        case .tooLarge: self = .tooLarge
        case .badTime: self = .badTime
        }
    }

    public var malformation: Malformation {
        switch self {
        case .badJSON: .badJSON
        case .tooLarge: .tooLarge
        case .badTime: .badTime
        }
    }
}

/// The action of cleanup on a key.
public enum ActionWord: String, Word, CaseIterable {
    case delete, expire

    public init(_ action: CleanupPolicy.Action) {
        switch action {
        case .delete: self = .delete
        case .expire: self = .expire
        }
    }
}
