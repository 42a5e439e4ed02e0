/// A sentence that keeps names from outside apart from our own words, so that a page can show them as names.
public struct Phrase: Sendable, Equatable, ExpressibleByStringInterpolation {
    public enum Part: Sendable, Equatable {
        case text(String)
        /// The name as it came. Whoever shows it must make it safe.
        case name(String)
    }

    public private(set) var parts: [Part]

    public init(stringLiteral text: String) { parts = [.text(text)] }

    public init(stringInterpolation: StringInterpolation) { parts = stringInterpolation.parts }

    /// The sentence as text, with names cut and made printable.
    public var plain: String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .name(let name): PrintableText.of(name)
            }
        }.joined()
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var parts: [Part] = []

        public init(literalCapacity: Int, interpolationCount: Int) {}

        public mutating func appendLiteral(_ text: String) {
            if !text.isEmpty { parts.append(.text(text)) }
        }

        public mutating func appendInterpolation(_ text: String) { appendLiteral(text) }

        public mutating func appendInterpolation(_ number: Int) { appendLiteral(String(number)) }

        public mutating func appendInterpolation(name: String) { parts.append(.name(name)) }

        /// Appends some names with commas, and the number of the others.
        public mutating func appendInterpolation(names: [String]) {
            for (place, name) in names.prefix(Self.namesShown).enumerated() {
                if place > 0 { appendLiteral(", ") }
                appendInterpolation(name: name)
            }
            if names.count > Self.namesShown { appendLiteral(" and \(names.count - Self.namesShown) more") }
        }

        /// The number of names in one sentence.
        private static let namesShown = 5
    }
}
