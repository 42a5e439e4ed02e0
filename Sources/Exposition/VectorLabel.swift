/// One label of a vector: its name, its first values, and a limit on how many it may have.
public struct VectorLabel: Sendable, Equatable {
    /// The value under which those beyond the limit are counted.
    public static let overflowValue = "other"

    public let name: String
    public let preset: [String]
    /// The most distinct values, presets included and `other` not.
    public let limit: Int

    /// Makes a label whose values are all known: any other value is an overflow.
    public init(_ name: String, fixed: [String]) {
        self.init(name, preset: fixed, limit: fixed.count)
    }

    /// Makes a label that takes new values up to a limit.
    public init(_ name: String, preset: [String] = [], limit: Int) {
        precondition(preset.count <= limit, "\(name): more presets than the limit allows")
        precondition(Set(preset).count == preset.count, "\(name): a preset is given twice")
        self.name = name
        self.preset = preset
        self.limit = limit
    }
}
