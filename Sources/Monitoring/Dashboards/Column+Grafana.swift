import Exposition

extension Column {
    /// The unit and colours of the column, by its heading; nil for text, and for a column that is left out.
    var override: JSONValue? {
        guard let heading, unit != .none || thresholds != nil || !mappings.isEmpty else { return nil }
        var properties: [JSONValue] = [["id": "unit", "value": .string(unit.rawValue)]]
        if let thresholds {
            properties.append(["id": "thresholds", "value": thresholds.json])
            properties.append(["id": "custom.cellOptions", "value": ["type": "color-text"]])
        }
        if !mappings.isEmpty {
            properties.append(["id": "mappings", "value": ValueMapping.json(mappings)])
            properties.append(["id": "custom.cellOptions", "value": ["type": "color-text"]])
        }
        return ["matcher": ["id": "byName", "options": .string(heading)], "properties": .array(properties)]
    }
}
