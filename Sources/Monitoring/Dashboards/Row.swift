/// A heading and the panels under it, which go from left to right and wrap where the grid is full.
struct Row: Sendable {
    let title: String
    let panels: [Panel]

    init(_ title: String, _ panels: Panel...) {
        self.title = title
        self.panels = panels
    }
}
