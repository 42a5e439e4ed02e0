extension SettingType where Value == [EventFile] {
    /// `- {path: "/var/log/mcp/*.log", node: node-1, format: auto}`
    static let eventFiles = records(
        shorthand: "path", { $0.description },
        read: { fields -> EventFile? in
            let path = fields.required("path", .filledText)
            var file = EventFile(path: path ?? "")
            file.node = fields.optional("node", .text) ?? file.node
            file.format = fields.optional("format", .formatName) ?? file.format
            return path == nil ? nil : file
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
    /// A log format's name: its form only, as the formats are the event reader's.
    fileprivate static let formatName = scalar(
        "a format's name (auto, slog, ...)", show: { $0 },
        parse: { text in
            isName(text) ? text : nil
        })

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

    /// A key's name that ends in a placeholder; the value is what stands before it.
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
