-- With a file as argument, asks for the targets in its lines in turn; else for the one of the URL.
local targets, place = {}, 0

init = function(arguments)
    if arguments[1] == nil then return end
    for line in io.lines(arguments[1]) do targets[#targets + 1] = wrk.format("GET", line) end
    request = function()
        place = place % #targets + 1
        return targets[place]
    end
end

-- One line of JSON instead of wrk's rounded percentiles; latencies are in microseconds.
done = function(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests":%d,"seconds":%.3f,"bytes":%d,"p50_us":%d,"p99_us":%d,"errors":%d}\n',
        summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(50), latency:percentile(99),
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
