import Cleaning
import Configuration
import HTTP
import Intake
import Serving

extension EventIntake {
    /// `POST /api/v1/events` as a client with a token does it.
    public func push(_ body: String, to target: String = "/api/v1/events") throws -> HTTPResponse {
        var settings = Settings()
        settings.events.http = true
        let routes = Routes(
            watch: watch, intake: self, board: CleanupBoard(settings.cleanup), settings: settings, instance: "")
        let router = Router(
            routes.all,
            access: AccessRules(
                tokens: try AccessToken.parse(file: "events pusher-0123456789abcdef"),
                listen: ListenAddress(host: "127.0.0.1", port: 0)))
        let request = HTTPRequest(
            .post, target, headers: ["Authorization": "Bearer pusher-0123456789abcdef"], body: Array(body.utf8))
        return router.respond(to: request).response
    }
}
