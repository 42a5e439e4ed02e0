import API
import Exposition
import HTTP
import Sessions

/// Puts answers into their frame, with the age of the view that they come from.
struct Framing {
    let view: ViewState
    let now: UnixTime
    /// The daemon instance that answers.
    let instance: String

    func object(_ data: some Codable & Sendable, status: Int = 200) -> HTTPResponse {
        let envelope = Envelope(
            asOf: view.asOf, viewAgeSeconds: age, complete: view.isComplete, instance: instance, data: data)
        return .json(envelope, status: status)
    }

    func list<Row: Codable & Sendable>(_ rows: [Row], nextCursor: String?) -> HTTPResponse {
        .json(
            ListEnvelope(
                asOf: view.asOf, viewAgeSeconds: age, complete: view.isComplete, instance: instance, data: rows,
                nextCursor: nextCursor))
    }

    private var age: Double? { view.asOf.map { max(now - $0, 0) } }
}

extension HTTPResponse {
    /// The value as JSON on one line.
    static func json(_ value: some Encodable, status: Int = 200) -> HTTPResponse {
        var response = HTTPResponse.json(JSONEncoding.bytes(value) + [UInt8(ascii: "\n")])
        response.status = status
        return response
    }
}

/// An unknown parameter, or one with an invalid value: a 400 that names it. A 404 if it names what is not known.
struct BadParameter: Error {
    let name: String
    let detail: String
    var status = 400

    var response: HTTPResponse { .problem(status, detail, members: [(name: "parameter", value: name)]) }
}

/// The query of one request, checked against the names that the route knows.
struct Parameters {
    private var values: [String: String] = [:]

    init(_ request: HTTPRequest, known: [String]) throws(BadParameter) {
        for (name, value) in request.query {
            guard known.contains(name) else {
                let knownList = known.isEmpty ? "none" : known.joined(separator: ", ")
                throw BadParameter(name: name, detail: "unknown parameter; known here: \(knownList)")
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw BadParameter(name: name, detail: "given more than once")
            }
        }
    }

    subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    func word(_ name: String, of words: [String]) throws(BadParameter) -> String? {
        guard let value = self[name] else { return nil }
        guard words.contains(value) else {
            throw BadParameter(name: name, detail: "not one of \(words.joined(separator: ", "))")
        }
        return value
    }

    func number(_ name: String, in range: ClosedRange<Int>, default standard: Int) throws(BadParameter) -> Int {
        guard let value = self[name] else { return standard }
        guard let number = Int(value), range.contains(number) else {
            throw BadParameter(name: name, detail: "not a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func flag(_ name: String) throws(BadParameter) -> Bool? {
        switch self[name] {
        case nil: nil
        case "1", "true": true
        case "0", "false": false
        default: throw BadParameter(name: name, detail: "not 1, 0, true or false")
        }
    }
}
