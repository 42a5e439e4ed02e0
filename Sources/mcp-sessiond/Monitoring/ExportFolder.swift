import ArgumentParser
import FoundationEssentials

/// The folder for the files that the binary ships. An existing file that differs is somebody's work: it stays, unless
/// `--force` is given.
struct ExportFolder: ParsableArguments {
    @Option(
        name: .customLong("to"),
        help: ArgumentHelp("The folder to write into; it is created if missing.", valueName: "folder"))
    var path = "."

    @Flag(help: "Replace existing files that differ.")
    var force = false

    /// Writes all of them, or none if one may not be replaced. Prints the name of each.
    func write(_ files: [(path: String, text: String)]) throws {
        let root = URL(fileURLWithPath: path, isDirectory: true)
        let places = files.map { (url: root.appending(path: $0.path), data: Data($0.text.utf8)) }
        let kept = places.filter { place in
            (try? Data(contentsOf: place.url)).map { $0 != place.data } ?? false
        }
        guard force || kept.isEmpty else {
            let names = kept.map(\.url.relativePath).joined(separator: ", ")
            throw Refusal("\(names): existing and different; --force replaces", exitCode: .usage)
        }
        let terminal = Terminal()
        for place in places {
            do {
                try FileManager.default.createDirectory(
                    at: place.url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try place.data.write(to: place.url, options: .atomic)
            } catch {
                throw Refusal("\(place.url.relativePath): cannot be written", exitCode: .usage)
            }
            terminal.print([place.url.relativePath])
        }
    }
}
