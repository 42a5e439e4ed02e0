import Foundation
import Lab
import Testing

@testable import Cleaning
@testable import Configuration
@testable import Sessions

/// Checks, as `cleanup verify` does, what real processes left in the audit.
enum AuditProof {
    /// The records that break a rule.
    static func broken(_ url: String, grace: Double, keysPerSecond: Int? = nil) throws -> [String] {
        var settings = Settings()
        settings.redis.url = url
        settings.cleanup.grace = .seconds(grace)
        if let keysPerSecond { settings.cleanup.maxKeysPerSecond = keysPerSecond }
        let found = try AuditVerifier(settings: settings, environment: [:]).verify()
        return found.violations.map { "\($0.place) breaks \($0.rule.rawValue): \($0.found)" }
    }

    static func expect(_ url: String, grace: Double, keysPerSecond: Int? = nil) throws {
        let broken = try broken(url, grace: grace, keysPerSecond: keysPerSecond)
        #expect(broken.isEmpty, "\(broken)")
    }
}
