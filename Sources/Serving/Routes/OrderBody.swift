import Configuration
import Exposition
import HTTP
import Sessions

/// A member of a body that is not known, or whose value is not: a 400 that names it.
struct BadMember: Error {
    /// Nil where the body as a whole is wrong.
    let name: String?
    let detail: String

    var response: HTTPResponse {
        .problem(400, detail, members: name.map { [(name: "member", value: $0)] } ?? [])
    }
}

/// The JSON object that asks for something; an empty body is an empty object.
struct OrderBody {
    private let value: JSONValue

    init(_ body: [UInt8], known: [String]) throws(BadMember) {
        if body.isEmpty {
            value = .object([])
            return
        }
        guard let parsed = try? JSONValue(parsing: body), let members = parsed.object else {
            throw BadMember(name: nil, detail: "the body is no JSON object")
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

    /// A line of visible text; nil where it is not there or blank.
    func text(_ name: String, longest limit: Int) throws(BadMember) -> String? {
        try word(name, longest: limit).flatMap { text in
            text.unicodeScalars.allSatisfy(\.properties.isWhitespace) ? nil : text
        }
    }

    /// The same, blank or not.
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

    /// `"for": "2h"` or `"until": "2026-11-23T12:00:00Z"`; nil where neither is there.
    func end(after now: UnixTime) throws(BadMember) -> UnixTime? {
        // A blank one is a mistake: without an end it would last for ever.
        let (span, moment) = (try word("for", longest: 64), try word("until", longest: 64))
        guard span == nil || moment == nil else {
            throw BadMember(name: "until", detail: "\"for\" says when it ends already")
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

/// Runs a handler on a body whose members are all known, or says which is not.
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
