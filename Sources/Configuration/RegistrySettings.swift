/// The settings that tell which keys are sessions and heartbeats, and how to read them.
public struct RegistrySettings: Sendable, Equatable {
    /// Dialects that need no description under `custom_dialects`.
    public static let builtinDialects = ["native", "bare", "contextforge"]

    public var dialects = ["native"]
    public var customDialects: [CustomDialect] = []
    public var ignoreSuffixes = [":listener", ":events", ":active", ":auth", ":notes", ":counter"]
    /// In bytes.
    public var maxIDLength = 1_024

    public init() {}
}
