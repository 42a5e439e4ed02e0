import Foundation

@testable import Configuration

/// A directory of its own for one test, removed at the end.
final class SettingsDirectory {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }

    func write(_ text: String, _ name: String = "x.yaml") throws -> String {
        try Data(text.utf8).write(to: url.appending(path: name))
        return path(name)
    }
}

/// The mistakes in a file, without the directory.
func mistakes(inFile text: String) throws -> [String] {
    let directory = try SettingsDirectory()
    let path = try directory.write(text)
    do {
        _ = try Settings.load(file: path, environment: [:])
        return []
    } catch {
        return error.all.map { $0.description.replacing(directory.url.path + "/", with: "") }
    }
}
