import API
import Exposition
import Sessions
import Testing

@Suite struct SchemaTests {
    private func read<Value: Decodable>(_ type: Value.Type) -> (schema: Schema, components: [String: Schema]) {
        var components: [String: Schema] = [:]
        return (Schema.of(type, components: &components), components)
    }

    @Test func anObjectIsAComponentWithAllOfItsMembers() throws {
        let (schema, components) = read(StatusAnswer.self)
        #expect(schema.json["$ref"]?.string == "#/components/schemas/StatusAnswer")
        let redis = try #require(components["StatusAnswerRedis"]?.json)
        #expect(redis["properties"]?["up"]?["type"]?.string == "boolean")
        #expect(redis["properties"]?["error"]?["type"] == ["string", "null"])
        #expect(redis["required"]?.array?.count == redis["properties"]?.object?.count)
        #expect(components["FindingRow"]?.json["properties"]?["severity"]?["enum"] == ["critical", "warning", "note"])
    }

    @Test func numbersHaveTheBoundsThatTheirNamesSay() throws {
        let watch = try #require(read(StatusAnswer.self).components["StatusAnswerWatch"]?.json["properties"])
        #expect(watch["stale_after_seconds"]?["minimum"]?.int == 0)
        #expect(watch["redis_share"]?["maximum"]?.int == 1)
        let node = try #require(read(NodeRow.self).components["NodeRow"]?.json["properties"])
        #expect(node["clock_offset_seconds"]?["minimum"] == nil)
    }

    @Test func anAnswerAroundARowHasTheMembersOfBoth() throws {
        let node = try #require(read(NodeAnswer.self).components["NodeAnswer"]?.json["properties"])
        #expect(node["boot"] != nil && node["recent"]?["items"] != nil && node["drain"] != nil)
    }

    /// A type that cannot be described would leave a hole in the document.
    @Test func everyAnswerDescribesItself() {
        for (schema, components) in [
            read(StatusAnswer.self), read(NodeRow.self), read(NodeAnswer.self), read(SessionRow.self),
            read(ExplanationAnswer.self), read(MisroutesAnswer.self), read(CookieAnswer.self), read(PushAnswer.self),
            read(IncidentRow.self), read(CleanupAnswer.self), read(DryRunAnswer.self), read(SuspendAnswer.self),
            read(ResumeAnswer.self), read(AttestAnswer.self), read(RunBegunAnswer.self),
        ] {
            #expect(schema.json["$ref"] != nil)
            #expect(components.allSatisfy { !($0.value.json["properties"]?.object ?? []).isEmpty })
        }
    }
}
