import Exposition

/// The values from which a number has another colour, rising.
struct Thresholds: Sendable {
    enum Colour: String, Sendable {
        case blue, green, yellow, red
    }

    /// The colour below the first step.
    let base: Colour
    let steps: [(from: Double, colour: Colour)]

    /// For numbers that are neither good nor bad.
    static let neutral = Thresholds(base: .blue, steps: [])

    /// For numbers that are the worse, the larger they are.
    static func high(yellow: Double? = nil, red: Double? = nil) -> Thresholds {
        Thresholds(
            base: .green,
            steps: [yellow.map { ($0, Colour.yellow) }, red.map { ($0, Colour.red) }].compactMap { $0 })
    }

    /// For numbers that are the worse, the smaller they are: red, yellow from `yellow` on, then green.
    static func low(yellow: Double? = nil, green: Double) -> Thresholds {
        Thresholds(base: .red, steps: (yellow.map { [($0, Colour.yellow)] } ?? []) + [(green, .green)])
    }

    /// For numbers that must be 1.
    static let exactlyOne = Thresholds(base: .red, steps: [(1, .green), (2, .red)])

    /// For numbers that are good from `-limit` up to `limit`.
    static func around(_ limit: Double) -> Thresholds {
        Thresholds(base: .yellow, steps: [(-limit, .green), (limit, .yellow)])
    }

    var json: JSONValue {
        let first: JSONValue = ["color": .string(base.rawValue), "value": nil]
        let others = steps.map { step -> JSONValue in
            ["color": .string(step.colour.rawValue), "value": .number(step.from)]
        }
        return ["mode": "absolute", "steps": .array([first] + others)]
    }
}
