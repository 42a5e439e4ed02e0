import Foundation
import TestSupport
import Testing

/// The search that other tests rely on finds what it says.
@Suite struct PlantedSecretsSearchTests {
    private static let secret = "planted:id*\\\"{all}-9"
    private static let search = PlantedSecrets(["it": secret])

    @Test func eachFormIsFoundAndNamed() {
        #expect(Self.search.found(in: "x=\(Self.secret)!").first == "it")
        #expect(Self.search.found(in: "planted%3Aid%2A%5C%22%7Ball%7D-9").contains("it percent-encoded"))
        #expect(Self.search.found(in: "planted%3aid%2a%5c%22%7ball%7d-9").contains("it percent-encoded"))
        #expect(Self.search.found(in: #"{"id":"planted:id*\\\"{all}-9"}"#).contains("it escaped for JSON"))
        #expect(
            Self.search.found(in: #""{\"id\":\"planted:id*\\\\\\\"{all}-9\"}""#).contains("it escaped for JSON twice"))
        let hex = Self.secret.utf8.map { String($0, radix: 16) }.joined()
        #expect(Self.search.found(in: hex) == ["it in hex"])
        for prefix in ["", "a", "ab", "abc", "{\"id\":\""] {
            for suffix in ["", "\"", "\"}", "xyz"] {
                let code = Data("\(prefix)\(Self.secret)\(suffix)".utf8).base64EncodedString()
                #expect(Self.search.found(in: code) == ["it in base64"], "\(prefix) \(suffix)")
            }
        }
        #expect(Self.search.found(in: "planted:id") == [])
    }

    @Test func aLongOneIsFoundInPart() {
        let search = PlantedSecrets(["it": "7C9E6679-7425-40de-944b-e07fc1f90ae7"])
        #expect(search.found(in: "7C9E6679-742...") == ["it (its beginning)"])
        #expect(search.found(in: "...e07fc1f90ae7") == ["it (its end)"])
        #expect(search.found(in: "7c9e6679-7425-40de-944b-e07fc1f90ae7").contains("it in lower case"))
    }
}
