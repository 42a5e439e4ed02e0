import Exposition

extension Panel {
    /// The panel in Grafana's document.
    func json(id: Int, at position: GridPosition, runbooks: String) -> JSONValue {
        [
            "datasource": .datasource, "description": .string(description),
            "fieldConfig": ["defaults": defaults, "overrides": .array(overrides)], "gridPos": position.json,
            "id": .int(id), "links": .array(links(runbooks)), "options": kind.options(unit: unit),
            "targets": .array(targets.enumerated().map { targetDocument($1, at: $0) }), "title": .string(title),
            "transformations": .array(kind.transformations), "type": .string(kind.plugin),
        ]
    }

    private func targetDocument(_ target: Target, at index: Int) -> JSONValue {
        [
            "datasource": .datasource, "editorMode": "code", "expr": .string(target.query),
            "format": .string(kind.format), "instant": .bool(kind.isInstant),
            "legendFormat": .string(target.legend), "range": .bool(!kind.isInstant),
            "refId": .string(Target.name(at: index)),
        ]
    }

    private var defaults: JSONValue {
        var members: [(key: String, value: JSONValue)] = [
            ("color", ["mode": .string(colouring)]), ("custom", kind.custom(hasLimits: !thresholds.steps.isEmpty)),
        ]
        if let decimals { members.append(("decimals", .int(decimals))) }
        members.append(("mappings", ValueMapping.json(mappings)))
        if let maximum { members.append(("max", .number(maximum))) }
        if let minimum { members.append(("min", .number(minimum))) }
        members += [
            ("noValue", .string(noValue)), ("thresholds", thresholds.json), ("unit", .string(unit.rawValue)),
        ]
        return .object(members)
    }

    /// The mode of colouring. Colours tell lines apart; the colour of a single value says whether it is good.
    private var colouring: String {
        switch kind {
        case .stat, .stateTimeline, .table, .matrix: "thresholds"
        case .lines, .stacked, .bars, .heatmap: "palette-classic"
        }
    }

    private var overrides: [JSONValue] {
        switch kind {
        case .table(let columns): columns.compactMap(\.override)
        case .matrix(_, _, let heading):
            // Names are not coloured.
            [
                [
                    "matcher": ["id": "byName", "options": .string(heading)],
                    "properties": [["id": "custom.cellOptions", "value": ["type": "auto"]]],
                ]
            ]
        case .stat, .lines, .stacked, .bars, .stateTimeline, .heatmap: []
        }
    }

    private func links(_ runbooks: String) -> [JSONValue] {
        guard let alert else { return [] }
        let page = "\(runbooks)/alerts/runbooks/\(alert).md"
        return [["targetBlank": true, "title": .string("Runbook: \(alert)"), "url": .string(page)]]
    }
}
