import Testing

@testable import Events

/// Ids that the lines below carry.
enum ID {
    static let a = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    static let b = "1868a90c-3a3f-4f5b-9c1e-2b7d5f0e6a11"
    static let plain = "4efef178aab54dfcbf015e618ca87585"
    static let hostile = "!a*b[c]{d}\"e\\f~"
    static let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
}

/// A line as some server writes it, and what it says.
struct Variation: CustomTestStringConvertible {
    let line: String
    let format: LineFormat
    let told: Told

    init(
        _ line: String, _ format: LineFormat, _ kind: String, _ session: String = "-", node: String = "-",
        owner: String = "-"
    ) {
        self.line = line
        self.format = format
        told = Told(kind, session: session, node: node, owner: owner)
    }

    var testDescription: String { "\(format.rawValue): \(told.kind)" }
}

/// Reads each line through a reader of its own, and expects its event and format.
func expectAll(_ variations: [Variation]) {
    for (number, variation) in variations.enumerated() {
        var reader = LineReader()
        let reading = reader.read(variation.line)
        #expect(Told(reading.outcome) == variation.told, "line \(number + 1) of \(variation.format.rawValue)")
        #expect(reading.format == variation.format, "line \(number + 1) of \(variation.format.rawValue)")
    }
}
