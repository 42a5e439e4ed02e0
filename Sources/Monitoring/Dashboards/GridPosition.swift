import Exposition

/// Where a panel stands on Grafana's grid of 24 columns, in cells.
struct GridPosition: Sendable, Equatable {
    static let columns = 24
    static let headingHeight = 1

    let x: Int
    let y: Int
    let width: Int
    let height: Int

    var json: JSONValue { ["h": .int(height), "w": .int(width), "x": .int(x), "y": .int(y)] }
}

extension Dashboard {
    /// The heading of each row and the panels under it, in their order. A line of panels is as high as the highest.
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
