import Exposition

extension Dashboard {
    /// The schema of Grafana 10.
    private static let schemaVersion = 39

    /// The document that Grafana imports.
    func json(runbooks: String) -> JSONValue {
        [
            "annotations": ["list": .array([Self.builtInAnnotations] + Annotation.standard.map(\.json))],
            "description": .string(description), "editable": false, "fiscalYearStartMonth": 0, "graphTooltip": 1,
            "id": nil, "links": [Self.links], "liveNow": false, "panels": .array(panelDocuments(runbooks: runbooks)),
            "refresh": "30s", "schemaVersion": .int(Self.schemaVersion), "tags": [.string(Self.tag)],
            "templating": ["list": .array([Variable.datasource] + Variable.standard.map(\.json))],
            "time": ["from": .string(from), "to": "now"],
            "timepicker": ["refresh_intervals": ["10s", "30s", "1m", "5m", "15m"]], "timezone": "",
            "title": .string(title), "uid": .string(uid), "version": 1, "weekStart": "",
        ]
    }

    /// The headings and panels in reading order, numbered from 1.
    private func panelDocuments(runbooks: String) -> [JSONValue] {
        var documents: [JSONValue] = []
        for (row, (heading, positions)) in zip(rows, positions) {
            documents.append([
                "collapsed": false, "gridPos": heading.json, "id": .int(documents.count + 1), "panels": [],
                "title": .string(row.title), "type": "row",
            ])
            for (panel, position) in zip(row.panels, positions) {
                documents.append(panel.json(id: documents.count + 1, at: position, runbooks: runbooks))
            }
        }
        return documents
    }

    /// The links to all dashboards with our tag, which keep the range of time and the variables.
    private static let links: JSONValue = [
        "asDropdown": false, "icon": "external link", "includeVars": true, "keepTime": true, "tags": [.string(tag)],
        "targetBlank": false, "title": "mcp-sessiond", "tooltip": "", "type": "dashboards", "url": "",
    ]

    /// The marks that people set by hand.
    private static let builtInAnnotations: JSONValue = [
        "builtIn": 1, "datasource": ["type": "grafana", "uid": "-- Grafana --"], "enable": true, "hide": true,
        "iconColor": "rgba(0, 211, 255, 1)", "name": "Annotations & Alerts", "type": "dashboard",
    ]
}
