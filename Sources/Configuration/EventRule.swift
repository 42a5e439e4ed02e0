import Events

/// A custom log format under `events.rules`, with sample lines.
public struct EventRule: Sendable, Equatable {
    public var rule: LogRule
    /// Lines that it must turn into events, which is checked when the settings are loaded.
    public var samples: [String] = []

    public init(rule: LogRule, samples: [String] = []) {
        self.rule = rule
        self.samples = samples
    }

    /// The first sample, counted from 1, that does not give the event that the rule says; nil if all do.
    public var problem: String? {
        for (position, sample) in samples.enumerated() {
            var reader = LineReader(LineReader.Options(rules: [rule]))
            let outcome = reader.read(Array(sample.utf8).span).outcome
            if case .event(let event) = outcome, event.kind == rule.kind { continue }
            return "sample \(position + 1) is \(Self.words(for: outcome)), not \(rule.kind.rawValue)"
        }
        return nil
    }

    private static func words(for outcome: LineReading.Outcome) -> String {
        switch outcome {
        case .event(let event): event.kind.rawValue
        case .irrelevant, .unreached: "no event"
        case .malformed(let fault): "malformed (\(fault.rawValue))"
        case .pending: "a part of a longer record"
        }
    }
}
