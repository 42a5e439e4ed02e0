import Digests
import Exposition
import Foundation
import HTTP
import Sessions
import TestSupport
import Testing

@testable import Cleaning
@testable import Configuration
@testable import Serving

/// `GET /` and `POST /`, from a registry that stands still.
struct PageRouteTests {
    private static let id = "0d3b8a52-51c1-4f4e-9f0b-6a8e5f3b7c11"

    private static func registry(tokens: [AccessToken] = []) -> PaperRegistry {
        let registry = PaperRegistry(tokens: tokens)
        registry.read(
            [(id, #"{"node":"node-1","boot":"b1","created_at":1789999000,"client":"cursor/1.9.3"}"#)],
            ["node-1": #"{"boot":"b1","started_at":1789998000}"#])
        return registry
    }

    private static func post(
        _ body: String, type: String = "application/x-www-form-urlencoded", to registry: PaperRegistry
    ) -> HTTPResponse {
        registry.watched.ask(
            HTTPRequest(.post, "/", headers: ["Content-Type": type], body: Array(body.utf8)))
    }

    @Test func thePageIsThere() throws {
        let answer = Self.registry().watched.get("/")
        #expect(answer.status == 200)
        #expect(answer.headers["Content-Type"] == "text/html; charset=utf-8")
        #expect(answer.headers["Referrer-Policy"] == "same-origin")
        #expect(answer.text.contains("<bdi class=\"name\">node-1</bdi>"))
        #expect(answer.text.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
    }

    /// The digests are those of what stands in the page: nothing else runs.
    @Test func thePolicyNamesStyleAndScriptByTheirDigests() throws {
        let answer = Self.registry().watched.get("/")
        func digest(_ element: String) throws -> String {
            let from = try #require(answer.text.range(of: "<\(element)>")).upperBound
            let to = try #require(answer.text.range(of: "</\(element)>")).lowerBound
            let bytes = Array(answer.text[from..<to].utf8)
            return Data(SHA256().digest(bytes.span)).base64EncodedString()
        }
        #expect(
            answer.headers["Content-Security-Policy"] == """
                default-src 'none'; style-src 'sha256-\(try digest("style"))'; script-src 'sha256-\(try digest("script"))'; \
                connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
                """)
        // What the policy would not let in is not there.
        #expect(!answer.text.contains(" style=\""))
        #expect(!answer.text.contains(" onclick=\""))
    }

    @Test(arguments: ["session=\(id)", "session=&ref=s%3A", "session=s%3A"])
    func aSessionIsExplainedByItsIdOrRef(_ form: String) throws {
        let ref = ref(Self.id).description
        let digits = form.hasSuffix("s%3A") ? String(ref.dropFirst(2)) : ""
        let answer = Self.post(form + digits, to: Self.registry())
        #expect(answer.status == 200)
        #expect(answer.text.contains("<h2 id=\"answer-h\" tabindex=\"-1\"><code>\(ref)</code>"))
        #expect(!answer.text.contains(Self.id))
    }

    @Test func whatIsNotFoundIsSaidWithoutTheId() {
        let other = "11111111-2222-4333-8444-555555555555"
        let answer = Self.post("session=\(other)", to: Self.registry())
        #expect(answer.text.contains("id=\"answer-h\""))
        #expect(!answer.text.contains(other))
        #expect(!answer.headers.fields.contains { $0.value.contains(other) })
    }

    @Test func aPrefixThatFitsNothingIs404() {
        let answer = Self.post("session=s%3Affff0000", to: Self.registry())
        #expect(answer.status == 404)
        #expect(answer.headers["Content-Type"] == "text/html; charset=utf-8")
        #expect(answer.text.contains("<h2 id=\"answer-h\" tabindex=\"-1\">No explanation</h2>"))
    }

    @Test func whatIsNoFormIsRefused() {
        let registry = Self.registry()
        #expect(Self.post("session=", to: registry).status == 400)
        #expect(Self.post("session=%zz", to: registry).status == 400)
        #expect(Self.post("sesion=x", to: registry).status == 400)
        #expect(Self.post(#"{"id":"x"}"#, type: "application/json", to: registry).status == 415)
        #expect(registry.watched.get("/?session=x").status == 400)
    }

    /// Where reads need a token.
    @Test func withoutATokenThePageIsABareShell() throws {
        let token = "0123456789abcdef0123456789abcdef"
        let registry = Self.registry()
        var settings = Settings()
        settings.http.listen = ListenAddress(host: "0.0.0.0", port: 0)
        let routes = Routes(
            watch: registry.watched.watch, intake: registry.watched.intake, board: CleanupBoard(settings.cleanup),
            settings: settings, instance: "replica-1")
        let router = Router(
            routes.all,
            access: AccessRules(tokens: try AccessToken.parse(file: "read \(token)\n"), listen: settings.http.listen))
        func ask(_ method: HTTPMethod, token: String?) -> HTTPResponse {
            var headers: HTTPHeaders = ["Host": "127.0.0.1", "Content-Type": "application/x-www-form-urlencoded"]
            if let token { headers["Authorization"] = "Bearer \(token)" }
            return router.respond(
                to: HTTPRequest(method, "/", headers: headers, body: Array("session=\(Self.id)".utf8))
            ).response
        }
        let shell = ask(.get, token: nil)
        #expect(shell.status == 200)
        #expect(shell.body == Page.shell())
        for word in ["node-1", "replica-1", "6379"] { #expect(!shell.text.contains(word)) }
        #expect(ask(.post, token: nil).status == 401)
        #expect(ask(.get, token: "wrong-wrong-wrong-wrong").status == 401)
        #expect(ask(.get, token: token).text.contains("<bdi class=\"name\">node-1</bdi>"))
        #expect(ask(.post, token: token).status == 200)
    }

    @Test func samplesAreTakenOfACompleteView() {
        let watched = Self.registry().watched
        let sampling = HistorySampling(watched.watch, watched.intake, CleanupBoard(CleanupSettings()))
        let now = watched.watch.clock.now()
        sampling.sample()
        #expect(sampling.lastHour().lines.registered.last == 1)
        #expect(sampling.brakesSince([.viewStale], at: now) == [.viewStale: now])
        watched.watch.registry.withLock { $0.abandonFullScan(.connectionLost, shard: 0) }
        let after = HistorySampling(watched.watch, watched.intake, CleanupBoard(CleanupSettings()))
        after.sample()
        #expect(after.lastHour().lines.registered.allSatisfy { $0 == nil })
    }
}
