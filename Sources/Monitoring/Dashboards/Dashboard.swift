/// A Grafana dashboard with its rows of panels, from top to bottom.
struct Dashboard: Sendable {
    /// The id in links and bookmarks, which never changes.
    let uid: String
    let title: String
    /// The readers and the occasions for which it is made.
    let description: String
    /// The beginning of the range of time at first: `now-6h`.
    let from: String
    let rows: [Row]
}

extension Dashboard {
    /// The tag by which the three dashboards link to each other.
    static let tag = "mcp-sessiond"

    /// All panels in order.
    var panels: [Panel] { rows.flatMap(\.panels) }

    /// The positions of each row's heading and panels, in order. A line of panels is as high as its highest panel.
    var positions: [(heading: GridPosition, panels: [GridPosition])] {
        var y = 0
        return rows.map { row in
            let heading = GridPosition(x: 0, y: y, width: GridPosition.columns, height: GridPosition.headingHeight)
            y += GridPosition.headingHeight
            var (x, lineHeight) = (0, 0)
            let panels = row.panels.map { panel in
                if x + panel.size.width > GridPosition.columns {
                    y += lineHeight
                    (x, lineHeight) = (0, 0)
                }
                defer { x += panel.size.width }
                lineHeight = max(lineHeight, panel.size.height)
                return GridPosition(x: x, y: y, width: panel.size.width, height: panel.size.height)
            }
            y += lineHeight
            return (heading, panels)
        }
    }
}
