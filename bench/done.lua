-- One line of JSON that bench/wrk.ts reads.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"errors":%d,"durationUs":%d,"medianUs":%d,"slowestHundredthUs":%d}\n',
    summary.requests,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    summary.duration,
    latency:percentile(50),
    latency:percentile(99)
  ))
end
