/// Which keys are sessions and heartbeats, and how they are read.
public struct RegistrySettings: Sendable, Equatable {
    /// Names that need no description under `custom_dialects`.
    public static let builtinDialects = ["native", "bare", "contextforge"]

    public var dialects = ["native"]
    public var customDialects: [CustomDialect] = []
    public var ignoreSuffixes = [":listener", ":events", ":active", ":auth", ":notes", ":counter"]
    /// In bytes.
    public var maxIDLength = 1_024

    public init() {}
}
