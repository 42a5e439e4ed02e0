import HTTP

/// A type of setting: it reads and shows its values.
struct SettingType<Value: Sendable & Equatable>: Sendable {
    /// Returns the value, or nil after adding its mistakes. The text is the key's path.
    let read: @Sendable (RawSetting, String, inout [SettingMistake]) -> Value?
    let show: @Sendable (Value) -> String
}

extension SettingType {
    /// A value written as one text. `expected` completes "is not ..."; `parse` returns nil for exactly that mistake.
    static func scalar(
        _ expected: String, show: @escaping @Sendable (Value) -> String,
        parse: @escaping @Sendable (String) throws(SettingProblem) -> Value?
    ) -> SettingType {
        SettingType(
            read: { raw, key, mistakes in
                guard case .text(let text) = raw.content else {
                    mistakes.append(SettingMistake(raw.source, key, "\(raw.shown) is not \(expected)"))
                    return nil
                }
                do throws(SettingProblem) {
                    if let value = try parse(text) { return value }
                    mistakes.append(SettingMistake(raw.source, key, "\(raw.shown) is not \(expected)"))
                } catch {
                    mistakes.append(SettingMistake(raw.source, key, error.message))
                }
                return nil
            }, show: show)
    }
}

extension SettingType where Value == String {
    /// Any text, including an empty one.
    static let text = SettingType(
        read: { raw, key, mistakes in
            if case .nothing = raw.content { return "" }
            return anyText.read(raw, key, &mistakes)
        }, show: Self.shownText)

    private static let anyText = scalar("a text", show: Self.shownText, parse: { $0 })

    /// A text that is not empty.
    static let filledText = scalar(
        "a text", show: Self.shownText,
        parse: { text throws(SettingProblem) in
            guard !text.isEmpty else { throw SettingProblem(message: "is empty") }
            return text
        })

    @Sendable private static func shownText(_ text: String) -> String { text.isEmpty ? "\"\"" : text }

    /// The URL of a Redis server. Mistakes never repeat it, since it may contain a password.
    static let redisURL = scalar(
        "a Redis URL", show: { RedisURL($0).redacted },
        parse: { text throws(SettingProblem) in
            if let problem = RedisURL(text).problem { throw SettingProblem(message: problem) }
            return text
        })
}

extension SettingType where Value == Bool {
    static let truth = scalar(
        "true or false", show: { $0 ? "true" : "false" },
        parse: { text in
            switch text {
            case "true": true
            case "false": false
            default: nil
            }
        })
}

extension SettingType where Value == Int {
    static func integer(_ range: ClosedRange<Int>) -> SettingType {
        scalar(
            "a whole number from \(range.lowerBound) to \(range.upperBound)", show: { String($0) },
            parse: { text in
                guard let number = Int(text), range.contains(number) else { return nil }
                return number
            })
    }
}

extension SettingType where Value == Int {
    /// A number of bytes, with or without a unit.
    static func bytes(atLeast least: Int) -> SettingType {
        scalar(
            "a size (\(ByteText.examples))", show: ByteText.text,
            parse: { text throws(SettingProblem) in
                guard let bytes = ByteText.parse(text) else { return nil }
                guard bytes >= least else {
                    throw SettingProblem(
                        message: "\(RawSetting.quoted(text)) is less than \(ByteText.text(least))")
                }
                return bytes
            })
    }
}

extension SettingType where Value == Double {
    /// A share above 0.
    static let share = number("a share above 0 and up to 1") { $0 > 0 && $0 <= 1 }
    static let fraction = number("a fraction from 0 to 1") { $0 >= 0 && $0 <= 1 }

    private static func number(_ expected: String, isValid: @escaping @Sendable (Double) -> Bool) -> SettingType {
        scalar(
            expected, show: { $0.description },
            parse: { text in
                // `Double` itself would also read "nan", "inf" and "0x1p4".
                guard text.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) }), let number = Double(text),
                    isValid(number)
                else { return nil }
                return number
            })
    }
}

extension SettingType where Value == Duration {
    static let duration = durations(isZeroAllowed: false)
    static let durationOrZero = durations(isZeroAllowed: true)

    private static func durations(isZeroAllowed: Bool) -> SettingType {
        scalar(
            "a duration (\(DurationText.examples))", show: DurationText.text,
            parse: { text throws(SettingProblem) in
                guard let duration = try DurationText.parse(text) else { return nil }
                guard isZeroAllowed || duration > .zero else {
                    throw SettingProblem(message: "\(RawSetting.quoted(text)) must be above 0")
                }
                return duration
            })
    }
}

extension SettingType where Value: RawRepresentable<String> & CaseIterable {
    /// One of the type's raw values.
    static func choice() -> SettingType {
        let words = Value.allCases.map(\.rawValue)
        return scalar("one of \(words.joined(separator: ", "))", show: \.rawValue, parse: { Value(rawValue: $0) })
    }
}

extension SettingType where Value == ListenAddress {
    static let listenAddress = scalar(
        "an address to listen on (127.0.0.1:9850, [::1]:9850)", show: \.description,
        parse: { try? ListenAddress.parse($0) })
}
