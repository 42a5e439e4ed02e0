import Doctor

extension Report {
    private static let nameWidth = 12
    private static let resultWidth = 6

    /// A line for each check, with the fix below it, and the sums at the end.
    func checks(_ checks: [Check]) -> [String] {
        let indent = String(repeating: " ", count: Self.nameWidth + Self.resultWidth)
        var lines: [String] = []
        for check in checks {
            let (word, tone) = Self.word(check.result)
            let found = wrapped(check.found, after: indent.count)
            let name = check.name.padded(to: Self.nameWidth)
            let result =
                tone.paint(word, isColoured: isColoured) + String(repeating: " ", count: Self.resultWidth - word.count)
            lines.append(name + result + found[0])
            lines += found.dropFirst().map { indent + $0 }
            // A command is broken at spaces only: when pasted it still has the same words.
            for mend in check.mend {
                for line in wrapped(mend, after: indent.count) {
                    lines.append(indent + Tone.attention.paint(line, isColoured: isColoured))
                }
            }
        }
        return lines + ["", Self.sums(checks)]
    }

    /// `12 ok, 1 warn, 1 fail, 2 not checked`
    private static func sums(_ checks: [Check]) -> String {
        Check.Result.allCases.compactMap { result in
            let count = checks.count { $0.result == result }
            guard count > 0 || result == .ok else { return nil }
            return "\(count) \(result == .skipped ? "not checked" : result.rawValue)"
        }.joined(separator: ", ")
    }

    private static func word(_ result: Check.Result) -> (String, Tone) {
        switch result {
        case .ok: ("ok", .good)
        case .warn: ("warn", .attention)
        case .fail: ("fail", .bad)
        case .skipped: ("-", .plain)
        }
    }

    /// The text in lines that fit after this many columns; at least one.
    private func wrapped(_ raw: String, after columns: Int) -> [String] {
        let text = HarmlessText(raw)
        guard let limit else { return [text.text] }
        var lines: [String] = []
        var line = ""
        for word in text.text.split(separator: " ", omittingEmptySubsequences: true) {
            let word = HarmlessText(word).cut(to: limit - columns)
            let longer = line.isEmpty ? word : line + " " + word
            if HarmlessText(longer).columns <= limit - columns {
                line = longer
            } else {
                lines.append(line)
                line = word
            }
        }
        return lines + [line]
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(width - count, 1)) }
}
