import Exposition

extension PanelKind {
    /// The plugin's settings for each field.
    func custom(hasLimits: Bool) -> JSONValue {
        switch self {
        case .stat: [:]
        case .lines: Self.graph("line", fill: 0, stacked: false, hasLimits: hasLimits)
        case .stacked: Self.graph("line", fill: 40, stacked: true, hasLimits: hasLimits)
        case .bars: Self.graph("bars", fill: 80, stacked: true, hasLimits: hasLimits)
        case .stateTimeline: ["fillOpacity": 70, "lineWidth": 0, "spanNulls": false]
        case .heatmap: ["hideFrom": ["legend": false, "tooltip": false, "viz": false]]
        case .table, .matrix:
            ["align": "auto", "cellOptions": ["type": .string(isMatrix ? "color-background" : "auto")]]
        }
    }

    private var isMatrix: Bool {
        if case .matrix = self { true } else { false }
    }

    /// The settings of a graph. A gap in the data stays a gap.
    private static func graph(_ style: String, fill: Int, stacked: Bool, hasLimits: Bool) -> JSONValue {
        [
            "axisPlacement": "auto", "drawStyle": .string(style), "fillOpacity": .int(fill),
            "lineInterpolation": "linear", "lineWidth": 1, "showPoints": "never", "spanNulls": false,
            "stacking": ["group": "A", "mode": .string(stacked ? "normal" : "none")],
            "thresholdsStyle": ["mode": .string(hasLimits ? "dashed" : "off")],
        ]
    }

    /// The plugin's settings for the panel.
    func options(unit: Unit) -> JSONValue {
        let legend: JSONValue = [
            "calcs": ["lastNotNull", "max"], "displayMode": "table", "placement": "bottom", "showLegend": true,
        ]
        return switch self {
        case .stat:
            [
                "colorMode": "value", "graphMode": "none", "justifyMode": "auto", "orientation": "auto",
                "reduceOptions": ["calcs": ["lastNotNull"], "fields": "", "values": false], "textMode": "value",
            ]
        case .lines, .stacked, .bars: ["legend": legend, "tooltip": ["mode": "multi", "sort": "desc"]]
        case .stateTimeline:
            [
                "alignValue": "left",
                "legend": ["displayMode": "list", "placement": "bottom", "showLegend": false], "mergeValues": true,
                "rowHeight": 0.8, "showValue": "never", "tooltip": ["mode": "single", "sort": "none"],
            ]
        case .heatmap:
            [
                "calculate": false, "cellGap": 1,
                "color": [
                    "exponent": 0.5, "fill": "dark-orange", "mode": "scheme", "reverse": false, "scale": "exponential",
                    "scheme": "Oranges", "steps": 64,
                ],
                "filterValues": ["le": 1e-9], "legend": ["show": true], "rowsFrame": ["layout": "auto"],
                "tooltip": ["show": true, "yHistogram": false],
                "yAxis": ["axisPlacement": "left", "reverse": false, "unit": .string(unit.rawValue)],
            ]
        case .table, .matrix: ["cellHeight": "sm", "footer": ["show": false], "showHeader": true, "sortBy": []]
        }
    }

    /// The transformations of the answers before they are drawn.
    var transformations: [JSONValue] {
        switch self {
        case .stat, .lines, .stacked, .bars, .stateTimeline, .heatmap: []
        case .table(let columns): [["id": "merge", "options": [:]], Self.organize(columns)]
        case .matrix(let rows, let columns, let heading):
            [
                [
                    "id": "groupingToMatrix",
                    "options": [
                        "columnField": .string(columns), "emptyValue": "zero", "rowField": .string(rows),
                        "valueField": "Value",
                    ],
                ],
                [
                    "id": "organize",
                    "options": ["renameByName": .object([("\(rows)\\\(columns)", .string(heading))])],
                ],
            ]
        }
    }

    /// Puts the columns in order under their headings, and leaves out the time and columns without heading.
    private static func organize(_ columns: [Column]) -> JSONValue {
        let hidden = ["Time"] + columns.filter { $0.heading == nil }.map(\.field)
        let shown = columns.compactMap { column in column.heading.map { (field: column.field, heading: $0) } }
        return [
            "id": "organize",
            "options": [
                "excludeByName": .object(hidden.map { ($0, true) }),
                "indexByName": .object(shown.enumerated().map { ($1.field, .int($0)) }),
                "renameByName": .object(shown.map { ($0.field, .string($0.heading)) }),
            ],
        ]
    }
}
