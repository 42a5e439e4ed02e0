import API
import Exposition

/// Documents with all the members that a type of the API asks for, so that a test writes only those it is about. The
/// others have the plainest value there is: null, zero, an empty list, the first word.
struct FilledDocument {
    private static let time = "2026-11-22T18:00:00.000Z"

    private var components: [String: Schema] = [:]

    /// A document of that type with the members given.
    static func filled<Value: Decodable>(_ type: Value.Type, _ given: JSONValue) -> JSONValue {
        var document = FilledDocument()
        let schema = Schema.of(type, components: &document.components)
        return document.filled(schema.json, given)
    }

    private func filled(_ schema: JSONValue, _ given: JSONValue?) -> JSONValue {
        if let component = schema["$ref"]?.string?.split(separator: "/").last {
            return filled(components[String(component)]?.json ?? .null, given)
        }
        let isNullable = schema["anyOf"] != nil || schema["type"]?.array?.contains("null") == true
        if isNullable, given.map(\.isNull) ?? true { return .null }
        if let first = schema["anyOf"]?[0] { return filled(first, given) }
        if let members = schema["properties"]?.object {
            return given.map { object(schema, members, $0) } ?? object(schema, members, [:])
        }
        if let element = schema["items"] {
            return .array((given?.array ?? []).map { filled(element, $0) })
        }
        return given ?? Self.plainest(schema)
    }

    private func object(
        _ schema: JSONValue, _ members: [(key: String, value: JSONValue)], _ given: JSONValue
    ) -> JSONValue {
        guard let others = given.object else { return given }
        let required = (schema["required"]?.array ?? []).compactMap(\.string)
        let known = members.filter { given[$0.key] != nil || required.contains($0.key) }.map { name, schema in
            (key: name, value: filled(schema, given[name]))
        }
        return .object(known + others.filter { other in !known.contains { $0.key == other.key } })
    }

    private static func plainest(_ schema: JSONValue) -> JSONValue {
        if let word = schema["enum"]?[0] { return word }
        switch schema["type"]?.string {
        case "boolean": return false
        case "integer": return 0
        case "number": return 0.0
        case "object": return [:]
        default: return schema["format"] == nil ? schema["examples"]?[0] ?? "" : .string(time)
        }
    }
}
