import Exposition

/// From which value on a number has which colour, rising.
struct Thresholds: Sendable {
    enum Colour: String, Sendable {
        case blue, green, yellow, red
    }

    /// The first has no lower bound.
    let base: Colour
    let steps: [(from: Double, colour: Colour)]

    /// Nothing here is good or bad by itself.
    static let neutral = Thresholds(base: .blue, steps: [])

    /// The larger the worse.
    static func high(yellow: Double? = nil, red: Double? = nil) -> Thresholds {
        Thresholds(
            base: .green,
            steps: [yellow.map { ($0, Colour.yellow) }, red.map { ($0, Colour.red) }].compactMap { $0 })
    }

    /// The smaller the worse: red, then yellow from `yellow` on, then green.
    static func low(yellow: Double? = nil, green: Double) -> Thresholds {
        Thresholds(base: .red, steps: (yellow.map { [($0, Colour.yellow)] } ?? []) + [(green, .green)])
    }

    /// One of it is right: neither none nor two.
    static let exactlyOne = Thresholds(base: .red, steps: [(1, .green), (2, .red)])

    /// Good from `-limit` up to `limit`.
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

extension JSONValue {
    /// A number, without a point where it is whole.
    static func number(_ number: Double) -> JSONValue {
        Int64(exactly: number).map { .int($0) } ?? .double(number)
    }
}
