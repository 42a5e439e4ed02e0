import Configuration
import Sessions
import Testing

@testable import Events
@testable import Intake

@Suite struct ProxyLogTests {
    private static func event(
        _ sent: StickySighting, _ given: StickySighting, kind: LogEvent.Kind = .miss, isProxy: Bool = true
    ) -> LogEvent {
        LogEvent(kind: kind, cookie: sent, givenCookie: given, proxy: isProxy ? ProxyPart() : nil)
    }

    private static func cookies(_ log: inout ProxyLog, _ event: LogEvent) -> [StickySighting] {
        var event = event
        log.note(&event)
        return [event.cookie, event.givenCookie]
    }

    @Test(
        arguments: [
            ([], [.notLogged, .notLogged]), ([.cookie], [.none, .notLogged]), ([.setCookie], [.notLogged, .none]),
            ([.cookie, .setCookie], [.none, .none]), ([.method], [.notLogged, .notLogged]),
        ] as [([KeptHeader], [StickySighting])])
    func aHeaderThatIsSaidToBeKeptWasNotThere(keeps: [KeptHeader], cookies: [StickySighting]) {
        var log = ProxyLog(keeping: keeps)
        #expect(Self.cookies(&log, Self.event(.noHeader, .noHeader)) == cookies)
    }

    /// A header that was seen once is missing from then on where it is not there.
    @Test(
        arguments: [
            (event(.value("v"), .noHeader), [.none, .notLogged]), (event(.none, .noHeader), [.none, .notLogged]),
            (event(.value("v"), .noHeader, kind: .held), [.none, .notLogged]),
            (event(.noHeader, .value("v"), kind: .created), [.notLogged, .none]),
            (event(.none, .none, kind: .modern), [.none, .none]),
            (event(.notLogged, .notLogged), [.notLogged, .notLogged]),
            (event(.value("v"), .value("v"), isProxy: false), [.notLogged, .notLogged]),
        ] as [(LogEvent, [StickySighting])])
    func aHeaderThatWasShownIsKept(first: LogEvent, cookies: [StickySighting]) {
        var log = ProxyLog()
        #expect(Self.cookies(&log, Self.event(.noHeader, .noHeader)) == [.notLogged, .notLogged])
        _ = Self.cookies(&log, first)
        #expect(Self.cookies(&log, Self.event(.noHeader, .noHeader)) == cookies)
    }

    @Test func aNodesLineIsLeftAsItIs() {
        var log = ProxyLog(keeping: KeptHeader.allCases)
        #expect(Self.cookies(&log, Self.event(.none, .notLogged, isProxy: false)) == [.none, .notLogged])
        #expect(!log.hasRequests)
    }
}
