import Exposition

/// A check of one part of the set-up: what was found, and how to fix it.
public struct Check: Sendable, Equatable {
    public enum Result: String, Sendable, CaseIterable {
        case ok, warn, fail
        /// Could not be checked, or need not be; counts as nothing wrong.
        case skipped
    }

    public var name: String
    public var result: Result
    /// A sentence or two, without secrets.
    public var found: String
    /// The fix, for `warn` and `fail`; a command has a line of its own.
    public var mend: [String]

    public init(_ name: String, _ result: Result, _ found: String, mend: String...) {
        self.name = name
        self.result = result
        self.found = found
        self.mend = mend
    }

    public var json: JSONValue {
        [
            "check": .string(name), "result": .string(result.rawValue), "found": .string(found),
            "mend": .array(mend.map { .string($0) }),
        ]
    }
}
