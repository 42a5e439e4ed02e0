import Testing

/// What the rules do in hours that promtool simulates.
@Suite struct AlertSimulationTests {
    @Test func theRulesDoWhatTheirTestsSay() async throws {
        for file in try AlertFilesTests.testFiles().map(\.path) {
            let answer = try await Tool.promtool.run(["test", "rules", file], in: AlertFilesTests.folder)
            #expect(answer.isSuccess, "\(file): \(answer.output)")
        }
    }
}
