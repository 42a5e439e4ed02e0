import Exposition

/// A word and a colour for one value.
struct ValueMapping: Sendable {
    let value: Int
    let text: String
    let colour: Thresholds.Colour

    init(_ value: Int, _ text: String, _ colour: Thresholds.Colour) {
        self.value = value
        self.text = text
        self.colour = colour
    }

    static let up = [ValueMapping(0, "down", .red), ValueMapping(1, "up", .green)]
    static let flag = [ValueMapping(0, "no", .green), ValueMapping(1, "yes", .yellow)]
    static let brake = [ValueMapping(0, "off", .green), ValueMapping(1, "on", .yellow)]
    static let lease = [ValueMapping(0, "without", .blue), ValueMapping(1, "holds it", .green)]
    static let watching = [ValueMapping(0, "scan", .yellow), ValueMapping(1, "tracking", .green)]
    static let firing = [ValueMapping(1, "firing", .red)]
    static let settings = [ValueMapping(0, "wrong", .red), ValueMapping(1, "right", .green)]

    /// The mappings in Grafana's document, where all values of a field are in one.
    static func json(_ mappings: [ValueMapping]) -> JSONValue {
        guard !mappings.isEmpty else { return [] }
        let options = mappings.enumerated().map { index, mapping -> (key: String, value: JSONValue) in
            let result: JSONValue = [
                "color": .string(mapping.colour.rawValue), "index": .int(index), "text": .string(mapping.text),
            ]
            return (String(mapping.value), result)
        }
        return [["type": "value", "options": .object(options)]]
    }
}
