import Exposition

extension JSONValue {
    func adding(_ members: [(key: String, value: JSONValue)]) -> JSONValue { .object((object ?? []) + members) }
}
