extension Settings {
    /// Mistakes between values that are each valid. Keys that already have a mistake are skipped: their values here are
    /// defaults, and would give false mistakes.
    func contradictions(besides mistaken: Set<String>) -> [SettingMistake] {
        var found: [SettingMistake] = []
        func check(_ key: String, with others: [String], _ message: @autoclosure () -> String?) {
            guard mistaken.isDisjoint(with: [key] + others), let message = message() else { return }
            found.append(SettingMistake(sources[key], key, message))
        }
        check("cleanup.grace", with: ["cleanup.mode"], graceProblem)
        check("registry.dialects", with: ["registry.custom_dialects"], dialectProblem)
        check("registry.custom_dialects", with: [], customDialectProblem)
        check("events.rules", with: [], eventRuleProblem)
        check("events.files", with: [], standardInputProblem)
        check(
            "redis.tls.cert_file", with: ["redis.tls.key_file"], Self.pair(redis.tls.certFile, redis.tls.keyFile, "key")
        )
        check(
            "redis.tls.key_file", with: ["redis.tls.cert_file"],
            Self.pair(redis.tls.keyFile, redis.tls.certFile, "cert"))
        check("http.tls.cert_file", with: ["http.tls.key_file"], Self.pair(http.tls.certFile, http.tls.keyFile, "key"))
        check("http.tls.key_file", with: ["http.tls.cert_file"], Self.pair(http.tls.keyFile, http.tls.certFile, "cert"))
        return found
    }

    private var graceProblem: String? {
        guard cleanup.mode.removes, cleanup.grace == .zero else { return nil }
        return "0 is not safe with cleanup.mode \(cleanup.mode.rawValue): an owner must be silent for some time first"
    }

    private var dialectProblem: String? {
        let names = RegistrySettings.builtinDialects + registry.customDialects.map(\.name)
        guard let unknown = registry.dialects.first(where: { !names.contains($0) }) else { return nil }
        return "\(RawSetting.quoted(unknown)) is not one of \(names.joined(separator: ", "))"
            + Spelling.question(Spelling.nearest(to: unknown, among: names))
    }

    private var customDialectProblem: String? {
        let names = registry.customDialects.map(\.name)
        guard let repeated = names.first(where: { name in names.count { $0 == name } > 1 }) else { return nil }
        return "two dialects are named \"\(repeated)\""
    }

    private var eventRuleProblem: String? {
        for (position, rule) in events.rules.enumerated() {
            if let problem = rule.problem { return "[\(position)]: \(problem)" }
        }
        return nil
    }

    private var standardInputProblem: String? {
        let count = events.files.count { $0.path == EventFile.standardInput }
        return count > 1 ? "standard input (-) is listed more than once" : nil
    }

    private static func pair(_ file: String, _ other: String, _ word: String) -> String? {
        !file.isEmpty && other.isEmpty ? "requires \(word)_file as well" : nil
    }
}
