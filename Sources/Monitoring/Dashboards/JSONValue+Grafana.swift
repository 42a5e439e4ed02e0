import Exposition

extension JSONValue {
    /// A reference to the Prometheus that was chosen at the top of the dashboard.
    static let datasource: JSONValue = ["type": "prometheus", "uid": "${datasource}"]

    /// A number, without a point if it is whole.
    static func number(_ number: Double) -> JSONValue {
        Int64(exactly: number).map { .int($0) } ?? .double(number)
    }
}
