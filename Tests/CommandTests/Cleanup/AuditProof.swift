import Foundation
import Lab
import Testing

@testable import Cleaning
@testable import Configuration
@testable import Sessions

/// Checks, as `cleanup verify` does, what real processes left in the audit.
enum AuditProof {
    static func found(_ url: String, grace: Double, keysPerSecond: Int? = nil) throws -> AuditVerification {
        var settings = Settings()
        settings.redis.url = url
        settings.cleanup.grace = .seconds(grace)
        if let keysPerSecond { settings.cleanup.maxKeysPerSecond = keysPerSecond }
        return try AuditVerifier(settings: settings, environment: [:]).verify()
    }

    static func expect(_ url: String, grace: Double, keysPerSecond: Int? = nil) throws {
        let found = try found(url, grace: grace, keysPerSecond: keysPerSecond)
        #expect(found.broken == 0, "\(found.violations)")
    }
}
