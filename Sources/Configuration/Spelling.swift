/// Suggestions for misspelt names.
public enum Spelling {
    /// Longer names are not compared, since the cost is the product of both lengths.
    private static let lengthLimit = 80

    /// The nearest candidate by edit distance, if at most a third of the name differs. A key in the wrong section is
    /// found by its last word, if only one key has that word.
    public static func nearest(to name: String, among candidates: [String]) -> String? {
        guard name.utf8.count <= lengthLimit else { return nil }
        let ranked = candidates.map { (distance: distance(Array(name.utf8), Array($0.utf8)), name: $0) }
        if let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= max(1, name.utf8.count / 3) {
            return best.name
        }
        let word = name.split(separator: ".").last
        let sameWord = candidates.filter { $0.contains(".") && $0.split(separator: ".").last == word }
        return sameWord.count == 1 ? sameWord[0] : nil
    }

    /// The nearest candidates, the nearest first: those of which at most a third differs. Only the first ones are compared
    /// if there are many.
    public static func nearest(_ count: Int, to name: String, among candidates: [String]) -> [String] {
        let name = Array(name.utf8.prefix(lengthLimit))
        let most = max(1, name.count / 3)
        let ranked = candidates.lazy.filter { abs($0.utf8.count - name.count) <= most }.prefix(candidateLimit)
            .map { (distance: distance(name, Array($0.utf8.prefix(lengthLimit))), name: $0) }
            .filter { $0.distance <= most }
        return ranked.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(count).map(\.name)
    }

    /// The most candidates that are compared.
    private static let candidateLimit = 2_000

    /// `: did you mean nodes.dead_after?`, or nothing.
    static func question(_ name: String?) -> String {
        name.map { ": did you mean \($0)?" } ?? ""
    }

    /// The number of bytes to insert, delete or replace to turn one into the other (Levenshtein distance).
    static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
        var row = Array(0...other.count)
        for (position, byte) in one.enumerated() {
            var diagonal = row[0]
            row[0] = position + 1
            for column in other.indices {
                let replaced = diagonal + (byte == other[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[other.count]
    }
}
