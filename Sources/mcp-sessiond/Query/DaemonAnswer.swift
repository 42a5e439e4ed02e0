import API
import Exposition
import Sessions

/// An answer of the API: its content as a type, and the full answer as it came.
struct DaemonAnswer<Content: Codable & Sendable>: Sendable {
    let received: ReceivedAnswer
    let frame: AnswerFrame
    let data: Content
    /// The cursor for the next page of a list; nil on the last one.
    let nextCursor: String?

    init(_ received: ReceivedAnswer) throws(DaemonClientError) {
        let envelope: Envelope<Content> = try received.decode()
        self.init(received, AnswerFrame(envelope), envelope.data)
    }

    /// One page of a list.
    init<Row>(page received: ReceivedAnswer) throws(DaemonClientError) where Content == [Row] {
        let envelope: ListEnvelope<Row> = try received.decode()
        self.init(received, AnswerFrame(envelope), envelope.data, nextCursor: envelope.nextCursor)
    }

    private init(_ received: ReceivedAnswer, _ frame: AnswerFrame, _ data: Content, nextCursor: String? = nil) {
        (self.received, self.frame, self.data, self.nextCursor) = (received, frame, data, nextCursor)
    }

    /// A part of the content in the same frame. `json`: that part as it came.
    func part<Part: Codable & Sendable>(_ part: Part, asReceived json: JSONValue) -> DaemonAnswer<Part> {
        DaemonAnswer<Part>(received.replacingData(with: json), frame, part)
    }
}
