import Exposition

/// The position and size of a panel on Grafana's grid of 24 columns, in cells.
struct GridPosition: Sendable, Equatable {
    static let columns = 24
    static let headingHeight = 1

    let x: Int
    let y: Int
    let width: Int
    let height: Int

    var json: JSONValue { ["h": .int(height), "w": .int(width), "x": .int(x), "y": .int(y)] }
}
