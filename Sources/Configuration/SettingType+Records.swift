import Events

extension SettingType where Value == [EventFile] {
    /// `- {path: "/var/log/traefik/access.log", node: node-1, format: auto, keeps: [Cookie]}`
    static let eventFiles = records(
        shorthand: "path", { $0.description },
        read: { fields -> EventFile? in
            let path = fields.required("path", .eventPath)
            var file = EventFile(path: path ?? "")
            file.node = fields.optional("node", .text) ?? file.node
            file.format = fields.optional("format", .formatName) ?? file.format
            file.keeps = fields.optional("keeps", SettingType<[KeptHeader]>.list(of: .choice())) ?? file.keeps
            return path == nil ? nil : file
        })
}

extension SettingType where Value == [EventRule] {
    /// `- {match: "session is gone", kind: unknown, session: ctx.sid, samples: ['{"msg":"session is gone",...}']}`
    static let eventRules = records(
        shorthand: nil, { "{match: \($0.rule.match), kind: \($0.rule.kind.rawValue)}" },
        read: { fields -> EventRule? in
            let match = fields.required("match", .filledText)
            let kind = fields.required("kind", SettingType<LogEvent.Kind>.choice())
            let field = fields.optional("match_field", .filledText)
            let paths = ["session", "node", "owner", "boot", "time", "cookie"].map { fields.optional($0, .filledText) }
            let samples = fields.optional("samples", SettingType<[String]>.list(of: .filledText))
            guard let match, let kind else { return nil }
            let rule = LogRule(
                match: match, matchField: field, kind: kind, session: paths[0], node: paths[1], owner: paths[2],
                boot: paths[3], time: paths[4], cookie: paths[5])
            return EventRule(rule: rule, samples: samples ?? [])
        })
}

extension SettingType where Value == [CustomDialect] {
    /// `- {name: acme, session_key: "acme:s:{id}", node_key: "acme:n:{node}", fields: {node: [host]}}`
    static let customDialects = records(
        shorthand: nil, { $0.name },
        read: { fields -> CustomDialect? in
            let name = fields.required("name", .dialectName)
            let sessionPrefix = fields.required("session_key", .keyPrefix(before: "{id}"))
            let values = fields.optional("session_values", SettingType<CustomDialect.Values>.choice())
            let nodePrefix = fields.optional("node_key", .keyPrefix(before: "{node}"))
            let isAdoptable = fields.optional("adoptable", .truth)
            let names = fields.nested("fields") { names in
                CustomDialect.Fields(
                    node: names.optional("node", .fieldNames), boot: names.optional("boot", .fieldNames),
                    createdAt: names.optional("created_at", .fieldNames),
                    lastSeen: names.optional("last_seen", .fieldNames), client: names.optional("client", .fieldNames))
            }
            guard let name, let sessionPrefix else { return nil }
            return CustomDialect(
                name: name, sessionPrefix: sessionPrefix, values: values ?? .object, nodePrefix: nodePrefix,
                fields: names ?? CustomDialect.Fields(), isAdoptable: isAdoptable ?? false)
        })
}

extension SettingType where Value == [String] {
    fileprivate static let fieldNames = list(of: .filledText, atLeast: 1)
}

extension SettingType where Value == String {
    /// A log file's path, or `-`.
    fileprivate static let eventPath = scalar(
        "an absolute path, or - for standard input", show: { $0 },
        parse: { $0.hasPrefix("/") || $0 == EventFile.standardInput ? $0 : nil })

    /// `auto`, or the name of a log format.
    fileprivate static let formatName = scalar(
        "a format (\(formatNames.joined(separator: ", ")))", show: { $0 },
        parse: { text throws(SettingProblem) in
            guard !formatNames.contains(text) else { return text }
            throw SettingProblem(
                message: "\(RawSetting.quoted(text)) is not one of \(formatNames.joined(separator: ", "))"
                    + Spelling.question(Spelling.nearest(to: text, among: formatNames)))
        })

    private static let formatNames = ["auto"] + LineFormat.allCases.map(\.rawValue)

    fileprivate static let dialectName = scalar(
        "a name ([a-z0-9_-], up to 32)", show: { $0 },
        parse: {
            text throws(SettingProblem) in
            guard isName(text) else { return nil }
            guard !RegistrySettings.builtinDialects.contains(text) else {
                throw SettingProblem(message: "\"\(text)\" is the name of a built-in dialect")
            }
            return text
        })

    /// A key pattern that ends in a placeholder; the value is the prefix before it.
    fileprivate static func keyPrefix(before placeholder: String) -> SettingType {
        let expected = "a prefix followed by \(placeholder) (\"app:x:\(placeholder)\")"
        return scalar(
            expected, show: { $0 + placeholder },
            parse: { text in
                let prefix = text.dropLast(placeholder.utf8.count)
                guard text.hasSuffix(placeholder), !prefix.isEmpty, !prefix.contains("{") else { return nil }
                return String(prefix)
            })
    }

    private static func isName(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789_-".utf8.contains($0) }
    }
}
