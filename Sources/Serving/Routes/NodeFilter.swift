import Configuration

/// A filter by the name of a node or workload. A misspelt one must not look like a node without anything wrong, so it is
/// a 404 that names the nearest.
enum NodeFilter {
    /// The most names that are suggested.
    static let suggestions = 3

    /// Returns the name in a parameter; nil if there is none. `known` is asked for the names that mean something.
    static func name(
        in parameters: Parameters, _ parameter: String = "node", known: () -> [String]
    ) throws(BadParameter) -> String? {
        guard let name = parameters[parameter] else { return nil }
        let known = known()
        guard !known.contains(name) else { return name }
        throw BadParameter(
            name: parameter, detail: "no \(parameter) of that name is known" + hint(name, known), status: 404)
    }

    /// `; the nearest are mcp-1, mcp-17`, or nothing.
    static func hint(_ name: String, _ known: [String]) -> String {
        let nearest = Spelling.nearest(suggestions, to: name, among: Array(Set(known)))
        switch nearest.count {
        case 0: return ""
        case 1: return "; did you mean \(nearest[0])?"
        default: return "; the nearest are \(nearest.joined(separator: ", "))"
        }
    }
}
