/// Sizes as people write them: `65536`, `512KiB`, `64MiB`, `1GiB`.
enum ByteText {
    static let examples = "65536, 512KiB, 64MiB, 1GiB"

    private static let units: [(name: String, bytes: Int)] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]

    /// The number of bytes; nil if the text is not a size, or one that no machine has.
    static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isWholeNumber }
        let name = text[digits.endIndex...]
        guard let count = Int(digits), let factor = name.isEmpty ? 1 : units.first(where: { $0.name == name })?.bytes
        else { return nil }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: factor)
        return overflow ? nil : bytes
    }

    /// The size in the largest unit of which it is a whole multiple.
    @Sendable static func text(_ bytes: Int) -> String {
        for unit in units where bytes > 0 && bytes.isMultiple(of: unit.bytes) {
            return "\(bytes / unit.bytes)\(unit.name)"
        }
        return String(bytes)
    }
}
