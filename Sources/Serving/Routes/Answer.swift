import Exposition
import HTTP
import Sessions

/// The frame of every answer: `{"as_of", "view_age_seconds", "complete", "replica", "data"}`, for a list also
/// `"next_cursor"`.
struct Answer {
    let picture: PictureState
    let now: UnixTime
    let replica: String

    func object(_ data: JSONValue) -> HTTPResponse { respond([("data", data)]) }

    func list(_ rows: [JSONValue], nextCursor: String?) -> HTTPResponse {
        respond([("data", .array(rows)), ("next_cursor", .string(orNull: nextCursor))])
    }

    private func respond(_ members: [(String, JSONValue)]) -> HTTPResponse {
        let frame: [(String, JSONValue)] = [
            ("as_of", .time(picture.asOf?.seconds)),
            ("view_age_seconds", .double(orNull: picture.asOf.map { max(now - $0, 0) })),
            ("complete", .bool(picture.isComplete)),
            ("replica", .string(replica)),
        ]
        var bytes: [UInt8] = []
        JSONValue.object((frame + members).map { (key: $0.0, value: $0.1) }).write(into: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        return .json(bytes)
    }
}

/// A parameter that is not known, or whose value is not: a 400 that names it.
struct BadParameter: Error {
    let name: String
    let detail: String

    var response: HTTPResponse { .problem(400, detail, members: [(name: "parameter", value: name)]) }
}

/// The query of one request, against the names the route knows.
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

extension JSONValue {
    /// An object with more members at its end.
    func adding(_ members: [(key: String, value: JSONValue)]) -> JSONValue { .object((object ?? []) + members) }
}
