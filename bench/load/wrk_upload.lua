-- Uploads the file that PICTURE names, and prints one line of JSON for load_table.py.
local file = assert(io.open(os.getenv("PICTURE"), "rb"))
local picture = file:read("*a")
file:close()

wrk.method = "POST"
wrk.headers["Content-Type"] = "multipart/form-data; boundary=B"
wrk.body = '--B\r\nContent-Disposition: form-data; name="file"; filename="d.png"\r\n'
  .. "Content-Type: image/png\r\n\r\n" .. picture .. "\r\n--B--\r\n"

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.stderr:write(string.format(
    '{"requests_per_s": %.2f, "p50_ms": %.3f, "p99_ms": %.3f, "failed": %d}\n',
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, failed))
end
