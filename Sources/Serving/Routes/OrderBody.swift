import Configuration
import Exposition
import HTTP
import Sessions

/// An unknown member of a body, or one with an invalid value: a 400 that names it.
struct BadMember: Error {
    /// Nil if the whole body is wrong.
    let name: String?
    let detail: String

    var response: HTTPResponse {
        .problem(400, detail, members: name.map { [(name: "member", value: $0)] } ?? [])
    }
}

/// The JSON object of an order; an empty body is an empty object.
struct OrderBody {
    private let value: JSONValue

    init(_ body: [UInt8], known: [String]) throws(BadMember) {
        if body.isEmpty {
            value = .object([])
            return
        }
        guard let parsed = try? JSONValue(parsing: body), let members = parsed.object else {
            throw BadMember(name: nil, detail: "the body is not a JSON object")
        }
        if let unknown = members.first(where: { !known.contains($0.key) }) {
            throw BadMember(
                name: unknown.key, detail: "unknown member; known here: \(known.joined(separator: ", "))")
        }
        value = parsed
    }

    func flag(_ name: String) throws(BadMember) -> Bool? {
        guard let member = value[name], !member.isNull else { return nil }
        guard let flag = member.bool else { throw BadMember(name: name, detail: "neither true nor false") }
        return flag
    }

    /// A line of visible text; nil if it is missing or blank.
    func text(_ name: String, longest limit: Int) throws(BadMember) -> String? {
        try word(name, longest: limit).flatMap { text in
            text.unicodeScalars.allSatisfy(\.properties.isWhitespace) ? nil : text
        }
    }

    /// A line of visible text, blank or not.
    private func word(_ name: String, longest limit: Int) throws(BadMember) -> String? {
        guard let member = value[name], !member.isNull else { return nil }
        guard let text = member.string else { throw BadMember(name: name, detail: "not a text") }
        guard text.unicodeScalars.count <= limit else {
            throw BadMember(name: name, detail: "longer than \(limit) characters")
        }
        guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw BadMember(name: name, detail: "holds control characters")
        }
        return text
    }

    /// `"for": "2h"` or `"until": "2026-11-23T12:00:00Z"`; nil without either.
    func end(after now: UnixTime) throws(BadMember) -> UnixTime? {
        // A blank one is a mistake: without an end the suspension would last for ever.
        let (span, moment) = (try word("for", longest: 64), try word("until", longest: 64))
        guard span == nil || moment == nil else {
            throw BadMember(name: "until", detail: "\"for\" already says when it ends")
        }
        if let span {
            guard let duration = try? DurationText.parse(span), duration > .zero else {
                throw BadMember(name: "for", detail: "not a duration such as 30m or 2h")
            }
            return now + duration.inSeconds
        }
        guard let moment else { return nil }
        guard let until = UnixTime(iso8601: Array(moment.utf8).span) else {
            throw BadMember(name: "until", detail: "not a time such as 2026-11-23T12:00:00Z")
        }
        guard until > now else { throw BadMember(name: "until", detail: "it has passed") }
        return until
    }
}

/// Runs a handler on a body with known members only, or answers which one is not known.
func order(
    _ request: HTTPRequest, _ known: [String], _ body: (OrderBody) throws(BadMember) -> HTTPResponse
) -> HTTPResponse {
    answering(request, known: []) { _ in
        do throws(BadMember) {
            return try body(try OrderBody(request.body, known: known))
        } catch {
            return error.response
        }
    }
}
